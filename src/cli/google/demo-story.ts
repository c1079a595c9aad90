import { isDeepStrictEqual, styleText } from 'node:util';
import type { Codec } from '../../../conformance/google/codecs/codec.ts';
import { shown } from '../../ports/hidden-characters.ts';
import { drawPhoneBubble, type ShownText } from '../records/phone-bubble.ts';
import { Failure } from '../terminal/failure.ts';
import { askOrFail } from '../terminal/http-client.ts';
import { drawingTerminal } from '../terminal/terminal.ts';
import { makeHeader, makeToken, type PlayedCall, playCall } from './google-call.ts';

/** The first account of the sample directory, and a number that nobody in it has. */
const knownNumber = '+12025550101';
const unknownNumber = '+12025550199';

export interface Stage {
  /** Base URL of the methods. */
  readonly url: string;
  readonly operatorUrl: string;
  /** Where the systems of the bank call. */
  readonly internalUrl: string;
  /** How Google seals. */
  readonly codec: Codec;
  /** Whether every call is shown whole. */
  readonly verbose: boolean;
}

/** Plays Google from the first sendOtp to the last and tells it. Throws `Failure` if something comes out otherwise. */
export async function tellStory({ url, operatorUrl, internalUrl, codec, verbose }: Stage): Promise<void> {
  const play: Play = async (method, request, expected) => {
    const played = await playCall(method, request, { baseUrl: url, codec, timeoutMs: 7000 });
    if (verbose) say(indent(jsonOf(played)));
    say(`   ${played.status} ${resultOf(played)}, after ${Math.round(played.durationMs)} ms`);
    if (resultOf(played) === expected) return played;
    throw new Failure(`${method} was expected to answer ${expected}`, 'See its whole answer with --verbose.');
  };

  say('Here is a payment integrator with a few accounts. You see what Google sees, and what a user sees.');
  const sendOtp = { ...newSendOtp(knownNumber), otpContext: { association: {} } };
  title(`1. A user wants to add an account and types ${knownNumber}. Google calls sendOtp:`);
  const first = await play('sendOtp', sendOtp, 'SUCCESS');

  const text = await newestText(operatorUrl);
  title(`2. The user's phone gets a text. Its last line is the token that Google's app waits for:`);
  say(indent(drawPhoneBubble(text)));

  const otp = codeOf(text, sendOtp);
  title(`3. The code ${otp} reaches Google, read by the app or typed. Google calls verifyOtp:`);
  const { requestId } = sendOtp.requestHeader;
  await play('verifyOtp', { requestHeader: makeHeader(), sendOtpRequestId: requestId, otp }, 'SUCCESS');

  title('4. Google lost the first answer and repeats the same sendOtp, only its timestamp is new:');
  const { requestTimestamp } = makeHeader();
  const again = await play(
    'sendOtp',
    { ...sendOtp, requestHeader: { ...sendOtp.requestHeader, requestTimestamp } },
    'SUCCESS',
  );
  const same = isDeepStrictEqual(bodyOf(first), bodyOf(again));
  const texts = (await readTexts(operatorUrl)).length;
  say(`   ${same ? 'The same answer' : 'ANOTHER answer'}; texts sent so far: ${texts}`);
  if (!same || texts !== 1) throw new Failure('a repeated request had an effect', 'Please report it.');

  title(`5. Somebody types ${unknownNumber}, which no account has:`);
  await play('sendOtp', newSendOtp(unknownNumber), 'UNKNOWN_PHONE_NUMBER');

  await tellAssociation(play, { operatorUrl, internalUrl });
}

type Play = (method: string, request: unknown, expected: string) => Promise<PlayedCall>;

/** How the bank's own systems use a code. */
async function tellAssociation(
  play: Play,
  { operatorUrl, internalUrl }: Pick<Stage, 'operatorUrl' | 'internalUrl'>,
): Promise<void> {
  title(
    "6. The user adds the account on a second phone. Google hands the typed code to the bank's associateAccount:",
  );
  const sendOtp = { ...newSendOtp(knownNumber), otpContext: { association: {} } };
  await play('sendOtp', sendOtp, 'SUCCESS');
  const otp = codeOf(await newestText(operatorUrl), sendOtp);
  const associationId = `demo-${makeToken()}`;
  await associate({ url: internalUrl, associationId, sendOtp, otp });

  title(
    '7. Later Google wants to know that it is still the same user, and has nothing but the association id:',
  );
  const { accountPhoneNumber: _, ...byAssociation } = newSendOtp(knownNumber);
  await play('sendOtp', { ...byAssociation, associationId }, 'SUCCESS');
  say(indent(drawPhoneBubble(await newestText(operatorUrl))));

  title('8. The user asks for a fourth code, one more than this demo allows to a number:');
  await play('sendOtp', newSendOtp(knownNumber), 'OTP_LIMIT_REACHED');
}

interface AssociateStep {
  /** Of the internal API. */
  readonly url: string;
  readonly associationId: string;
  readonly sendOtp: ReturnType<typeof newSendOtp>;
  readonly otp: string;
}

/** What the bank's handler of associateAccount does, which is no part of this program: one call of the internal API. */
async function associate({ url, associationId, sendOtp, otp }: AssociateStep): Promise<void> {
  const body = {
    purpose: 'associateAccount',
    otpVerification: { sendOtpRequestId: sendOtp.requestHeader.requestId, otp },
    associate: { associationId },
  };
  const question = {
    method: 'POST',
    contentType: 'application/json',
    headers: { 'idempotency-key': makeHeader().requestId },
    body: JSON.stringify(body),
    timeoutMs: 5000,
  };
  const answer = await askOrFail(`${url}/internal/v1/otp-consumptions`, question, 'Please report it.');
  const { result, accountId } = JSON.parse(answer.body) as Readonly<Record<string, string | undefined>>;
  say(
    `   The bank's handler asks this server for the account of the code ${otp}: ${result}, it is ${accountId}.`,
  );
  say(`   From now on the association id ${associationId} means that account.`);
  if (result !== 'SUCCESS') throw new Failure('the code was expected to be right', 'Please report it.');
}

function newSendOtp(accountPhoneNumber: string) {
  return { requestHeader: makeHeader(), accountPhoneNumber, smsMatchingToken: makeToken() };
}

async function newestText(operatorUrl: string): Promise<ShownText> {
  const [text] = await readTexts(operatorUrl);
  if (text !== undefined) return text;
  throw new Failure('no text arrived', 'Nothing of this should ever happen: please report it.');
}

async function readTexts(operatorUrl: string): Promise<readonly ShownText[]> {
  const { body } = await askOrFail(
    `${operatorUrl}/inbox`,
    { method: 'GET', timeoutMs: 5000 },
    'Please report it.',
  );
  return (JSON.parse(body) as { readonly texts: readonly ShownText[] }).texts;
}

/** As a person finds it: the digits, wherever they are in the text. */
function codeOf({ text }: ShownText, { smsMatchingToken }: ReturnType<typeof newSendOtp>): string {
  return /\d{4,10}/.exec(text.replace(smsMatchingToken, ''))?.[0] ?? '';
}

function resultOf({ response }: PlayedCall): string {
  const { result, errorResponseCode } = response as Readonly<Record<string, string | undefined>>;
  return result ?? errorResponseCode ?? 'without a result';
}

/** Without the one member that may differ in a replay. [HDR-11] */
function bodyOf({ response }: PlayedCall): unknown {
  return { ...(response as object), responseHeader: undefined };
}

function jsonOf({ url, request, response }: PlayedCall): string {
  return `POST ${url}\n${JSON.stringify(request, null, 2)}\n\n${JSON.stringify(response, null, 2)}`;
}

function indent(text: string): string {
  return text.replaceAll(/^/gm, '   ');
}

/** On a terminal, bold. */
function title(line: string): void {
  drawingTerminal(process.stdout).write(`\n${styleText('bold', shown(line))}\n`);
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

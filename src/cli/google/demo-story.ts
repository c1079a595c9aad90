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
  /** How Google seals. */
  readonly codec: Codec;
  /** Whether every call is shown whole. */
  readonly verbose: boolean;
}

/** Plays Google from the first sendOtp to the last and tells it. Throws `Failure` if something comes out otherwise. */
export async function tellStory({ url, operatorUrl, codec, verbose }: Stage): Promise<void> {
  const play = async (method: string, request: unknown, expected: string): Promise<PlayedCall> => {
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

  const [text] = await readTexts(operatorUrl);
  if (text === undefined)
    throw new Failure('no text arrived', 'Nothing of this should ever happen: please report it.');
  title(`2. The user's phone gets a text. Its last line is the token that Google's app waits for:`);
  say(indent(drawPhoneBubble(text)));

  const otp = codeIn(text.text, sendOtp.smsMatchingToken);
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

  title(`6. The first user asks for a second code at once, sooner than the cool-down allows:`);
  await play('sendOtp', newSendOtp(knownNumber), 'OTP_LIMIT_REACHED');
}

function newSendOtp(accountPhoneNumber: string) {
  return { requestHeader: makeHeader(), accountPhoneNumber, smsMatchingToken: makeToken() };
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
function codeIn(text: string, token: string): string {
  return /\d{4,10}/.exec(text.replace(token, ''))?.[0] ?? '';
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

import { Command } from 'commander';
import { findRequests, openStoreForReading, type RequestSearch } from '../../operations/databases.ts';
import type { Challenge, SubmittedText } from '../../ports/challenge.ts';
import { isE164 } from '../../ports/e164.ts';
import { shown } from '../../ports/hidden-characters.ts';
import type { RequestHistory } from '../../ports/otp-store.ts';
import { configSources, withConfigOptions } from '../terminal/config-options.ts';
import { readDataSettings } from '../terminal/data-settings.ts';
import { exitCodes, Failure } from '../terminal/failure.ts';
import { asTyped } from '../terminal/invocation.ts';
import { readSomeSettings } from '../terminal/some-settings.ts';
import { reasonMeanings } from './explain-words.ts';

export function explainCommand(): Command {
  return withConfigOptions(new Command('explain'))
    .argument('[request-id]', 'requestHeader.requestId, as Google sent it')
    .option('--account-phone-number <number>', 'list the newest sendOtp requests for this number, E.164')
    .option('--account-id <id>', 'list those of this account, by your own id of it')
    .option('--association-id <id>', 'list those of the account that has this association id')
    .option('--json', 'print as JSON')
    .addHelpText(
      'after',
      `
It only reads the database, beside a running server. No code, token or phone number is in there: to find the requests of a
number or an account it needs digests.secret of the server, which was configured when they came. A number is looked for as
it is written, so that what Google sent in another form than E.164 is found by that form. A request that was answered with an
error is not kept.

Examples:
  $ gsp-otp explain 0123434-otp-abc
  $ gsp-otp explain 0123434-otp-abc --config gsp-otp.yaml --json
  $ gsp-otp explain --account-phone-number +12025550101

Exit code: 1 if no such request is known.
`,
    )
    .action(async (requestId: string | undefined, options: ExplainOptions) => {
      const searches = searchesOf(options);
      if (searches.length + (requestId === undefined ? 0 : 1) !== 1) {
        throw new Failure(
          'name one thing to look for',
          'A request id, or one of --account-phone-number, --account-id and --association-id.',
          exitCodes.usage,
        );
      }
      const [search] = searches;
      const histories =
        search === undefined ? await readHistories(requestId ?? '', options) : await find(search, options);
      const told = search === undefined ? histories.map(describeHistory).join('\n\n') : listOf(histories);
      const text = options.json ? JSON.stringify(histories.map(presentable), null, 2) : told;
      process.stdout.write(`${text}\n`);
    });
}

type ExplainOptions = Parameters<typeof configSources>[0] & {
  readonly accountPhoneNumber?: string;
  readonly accountId?: string;
  readonly associationId?: string;
  readonly json?: true;
};

function searchesOf({
  accountPhoneNumber,
  accountId,
  associationId,
}: ExplainOptions): readonly RequestSearch[] {
  const searches = { phoneNumber: accountPhoneNumber, accountId, associationId };
  return Object.entries(searches).flatMap(([key, value]) =>
    value === undefined ? [] : [{ key, value } as RequestSearch],
  );
}

async function find(search: RequestSearch, options: ExplainOptions): Promise<readonly RequestHistory[]> {
  const settings = readSomeSettings(configSources(options), [
    'profile',
    'dataDirectory',
    'store',
    'directory',
    'digests',
  ]);
  const histories = await findRequests(settings, search);
  if (histories.length > 0) return histories;
  const isWellFormed = search.key !== 'phoneNumber' || isE164(search.value);
  throw new Failure(
    'no request for it is known',
    `None came, or it is older than retention.requestsMs; or digests.secret is not that of the server.${isWellFormed ? '' : ' In E.164 a phone number is written as +12025550101.'}`,
  );
}

/** The newest first, a line each; at the end what tells more. */
function listOf(histories: readonly RequestHistory[]): string {
  const lines = histories.map(({ requestId, receivedAtMs, answer, reason, challenge }) => {
    const text = challenge?.text === undefined ? '' : `, ${describeText(challenge.text, challenge.country)}`;
    const why = reason === '' ? '' : `: ${explain(reason)}`;
    const state = challenge === undefined ? why : `: ${challenge.state}${text}`;
    const result = answer?.result ?? 'not answered';
    return `${new Date(receivedAtMs).toISOString()}  ${shown(`${requestId}  ${result}${state}`)}`;
  });
  return [...lines, '', asTyped('All that is known of one: `gsp-otp explain REQUEST_ID`')].join('\n');
}

async function readHistories(
  requestId: string,
  options: Parameters<typeof configSources>[0],
): Promise<readonly RequestHistory[]> {
  const store = await openStoreForReading(readDataSettings(configSources(options), 'store'));
  try {
    const histories = await store.history(requestId);
    if (histories.length > 0) return histories;
  } finally {
    await store.close();
  }
  throw new Failure(
    `no request ${requestId} is known`,
    /^\+\d+$/.test(requestId)
      ? 'The requests of a phone number are listed by --account-phone-number.'
      : 'It never came here, or it was answered with an error, which is not kept, or it is older than retention.requestsMs.',
  );
}

/** Without the bytes: they say nothing to a person, and with the server's secret the nonce is the code. */
function presentable({ challenge, ...history }: RequestHistory) {
  if (challenge === undefined) return history;
  const {
    nonce: _nonce,
    accountDigest: _account,
    phoneNumberDigest: _number,
    recipient: _recipient,
    ...presented
  } = challenge;
  return { ...history, challenge: presented };
}

function describeHistory(history: RequestHistory): string {
  const { method, requestId, receivedAtMs, sendOtpRequestId, challenge } = history;
  const facts = [
    sendOtpRequestId === undefined ? '' : `about sendOtp ${sendOtpRequestId}`,
    challenge === undefined ? '' : describeChallenge(challenge),
    challenge?.text === undefined ? '' : describeText(challenge.text, challenge.country),
  ].filter((fact) => fact !== '');
  const timeline = momentsOf(history).map(
    ({ atMs, text }) =>
      `${new Date(atMs).toISOString()}  ${`+${atMs - receivedAtMs} ms`.padStart(10)}  ${text}`,
  );
  return [`${method} ${requestId}`, ...facts, ...timeline]
    .map((line, index) => `${index === 0 ? '' : '  '}${shown(line)}`)
    .join('\n');
}

function describeChallenge(challenge: Challenge): string {
  const { challengeId, state, otpContext, codeLength, submissions, failedAttempts, expiresAtMs } = challenge;
  return [
    `challenge ${challengeId}: ${state}`,
    `a code of ${codeLength} digits for ${contextWords(otpContext)}`,
    `${submissions} text(s), ${failedAttempts} wrong code(s)`,
    `expires ${new Date(expiresAtMs).toISOString()}`,
  ].join(', ');
}

function contextWords(otpContext: Challenge['otpContext']): string {
  return otpContext === 'unknown'
    ? 'a context that this version does not know'
    : (otpContext ?? 'no context');
}

function describeText({ gateway, submittedAtMs, receipt }: SubmittedText, country = 'no country'): string {
  const handedOver = `text to ${country} by ${gateway}`;
  if (receipt === undefined) return `${handedOver}, no receipt`;
  return `${handedOver}, ${receipt.state} after ${((receipt.atMs - submittedAtMs) / 1000).toFixed(1)} s`;
}

interface Moment {
  readonly atMs: number;
  readonly text: string;
}

/** In the order in which they happened; at the same millisecond, in the order in which they must have. */
function momentsOf({
  receivedAtMs,
  answeredAtMs,
  answer,
  reason,
  challenge,
}: RequestHistory): readonly Moment[] {
  const events = (challenge?.events ?? []).map(({ atMs, event, detail }) => ({
    atMs,
    text: [explain(event), detail && `(${detail})`].filter(Boolean).join(' '),
  }));
  const why = reason === '' ? '' : `: ${explain(reason)}`;
  const end =
    answeredAtMs === undefined || answer === undefined
      ? []
      : [{ atMs: answeredAtMs, text: `answered ${answer.result || 'with an echo'}${why}` }];
  return [{ atMs: receivedAtMs, text: 'received' }, ...events, ...end].sort((a, b) => a.atMs - b.atMs);
}

function explain(word: string): string {
  const meaning = Object.hasOwn(reasonMeanings, word) ? reasonMeanings[word] : undefined;
  return meaning === undefined ? word : `${word}, ${meaning}`;
}

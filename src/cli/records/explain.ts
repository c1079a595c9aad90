import { Command } from 'commander';
import {
  type ExplainedChallenge,
  type ExplainedRequest,
  explainRequest,
  findRequests,
  type RequestSearch,
  type TimelineEntry,
} from '../../operations/requests.ts';
import type { SubmittedText } from '../../ports/challenge.ts';
import { isE164 } from '../../ports/e164.ts';
import { shown } from '../../ports/hidden-characters.ts';
import { configSources, withConfigOptions } from '../terminal/config-options.ts';
import { readDataSettings } from '../terminal/data-settings.ts';
import { exitCodes, Failure } from '../terminal/failure.ts';
import { asTyped } from '../terminal/invocation.ts';
import { readSomeSettings } from '../terminal/some-settings.ts';

export function explainCommand(): Command {
  return withConfigOptions(new Command('explain'))
    .argument('[request-id]', 'requestHeader.requestId, as Google sent it')
    .option('--account-phone-number <number>', 'list the newest sendOtp requests for this number, E.164')
    .option('--account-id <id>', 'list those of this account, by your own id')
    .option('--association-id <id>', 'list those of the account that has this association id')
    .option('--json', 'print as JSON')
    .addHelpText(
      'after',
      `
It only reads the database, also while the server runs. The database contains no code, token or phone number: to find the
requests of a number or an account, the command needs the digests.secret that the server had when they came. A number is
searched for as it is written: to find what Google sent in another form than E.164, write it in that form. A request that
was answered with an error is not kept.

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
      const requests =
        search === undefined ? await explain(requestId ?? '', options) : await find(search, options);
      const told = search === undefined ? requests.map(describeRequest).join('\n\n') : listOf(requests);
      const text = options.json ? JSON.stringify(requests, null, 2) : told;
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

async function find(search: RequestSearch, options: ExplainOptions): Promise<readonly ExplainedRequest[]> {
  const settings = readSomeSettings(configSources(options), [
    'profile',
    'dataDirectory',
    'store',
    'directory',
    'digests',
  ]);
  const requests = await findRequests(settings, search);
  if (requests.length > 0) return requests;
  const isWellFormed = search.key !== 'phoneNumber' || isE164(search.value);
  throw new Failure(
    'no request for it is known',
    `None came, or it is older than retention.requestsMs; or digests.secret is not that of the server.${isWellFormed ? '' : ' In E.164 a phone number is written as +12025550101.'}`,
  );
}

/** The newest first, a line each; at the end what tells more. */
function listOf(requests: readonly ExplainedRequest[]): string {
  const lines = requests.map((request) => {
    const { requestId, receivedAtMs, answer, challenge } = request;
    const text = challenge?.text === undefined ? '' : `, ${describeText(challenge.text, challenge.country)}`;
    const why = whyOf(request);
    const state = challenge === undefined ? why : `: ${challenge.state}${text}`;
    const result = answer?.result ?? 'not answered';
    return `${new Date(receivedAtMs).toISOString()}  ${shown(`${requestId}  ${result}${state}`)}`;
  });
  return [...lines, '', asTyped('All that is known of one: `gsp-otp explain REQUEST_ID`')].join('\n');
}

async function explain(
  requestId: string,
  options: Parameters<typeof configSources>[0],
): Promise<readonly ExplainedRequest[]> {
  const settings = readDataSettings(configSources(options), 'store');
  const requests = await explainRequest(settings, requestId);
  if (requests.length > 0) return requests;
  throw new Failure(
    `no request ${requestId} is known`,
    /^\+\d+$/.test(requestId)
      ? 'The requests of a phone number are listed by --account-phone-number.'
      : 'It never arrived; or it was answered with an error, which is not recorded; or it is older than retention.requestsMs.',
  );
}

function describeRequest(request: ExplainedRequest): string {
  const { method, requestId, receivedAtMs, sendOtpRequestId, challenge } = request;
  const facts = [
    sendOtpRequestId === undefined ? '' : `about sendOtp ${sendOtpRequestId}`,
    challenge === undefined ? '' : describeChallenge(challenge),
    challenge?.text === undefined ? '' : describeText(challenge.text, challenge.country),
  ].filter((fact) => fact !== '');
  const timeline = request.timeline.map((moment) => {
    const afterMs = moment.atMs - receivedAtMs;
    const after = `${afterMs < 0 ? '' : '+'}${afterMs} ms`.padStart(10);
    return `${new Date(moment.atMs).toISOString()}  ${after}  ${describeMoment(moment, request)}`;
  });
  return [`${method} ${requestId}`, ...facts, ...timeline]
    .map((line, index) => `${index === 0 ? '' : '  '}${shown(line)}`)
    .join('\n');
}

function describeChallenge(challenge: ExplainedChallenge): string {
  const { challengeId, state, otpContext, codeLength, submissions, failedAttempts, expiresAtMs } = challenge;
  return [
    `challenge ${challengeId}: ${state}`,
    `a code of ${codeLength} digits for ${contextWords(otpContext)}`,
    `${submissions} text(s), ${failedAttempts} wrong code(s)`,
    `expires ${new Date(expiresAtMs).toISOString()}`,
  ].join(', ');
}

function contextWords(otpContext: ExplainedChallenge['otpContext']): string {
  return otpContext === 'unknown'
    ? 'a context that this version does not know'
    : (otpContext ?? 'no context');
}

function describeText({ gateway, submittedAtMs, receipt }: SubmittedText, country = 'no country'): string {
  const handedOver = `text to ${country} by ${gateway}`;
  if (receipt === undefined) return `${handedOver}, no receipt`;
  return `${handedOver}, ${receipt.state} after ${((receipt.atMs - submittedAtMs) / 1000).toFixed(1)} s`;
}

function describeMoment({ event, meaning, detail }: TimelineEntry, request: ExplainedRequest): string {
  if (event === 'answered') return `answered ${detail || 'with an echo'}${whyOf(request)}`;
  const words = meaning === undefined ? event : `${event}, ${meaning}`;
  return detail === '' ? words : `${words} (${detail})`;
}

/** The reason of an answer, as its line goes on; empty: it has none. */
function whyOf({ reason, meaning }: ExplainedRequest): string {
  if (reason === '') return '';
  return meaning === undefined ? `: ${reason}` : `: ${reason}, ${meaning}`;
}

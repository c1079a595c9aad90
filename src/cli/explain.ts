import { Command } from 'commander';
import { openStoreForReading } from '../compose-store.ts';
import type { Challenge, SubmittedText } from '../ports/challenge.ts';
import { escapeHidden } from '../ports/hidden-characters.ts';
import type { RequestHistory } from '../ports/otp-store.ts';
import { readAccountSettings } from './account-settings.ts';
import { configSources, withConfigOptions } from './config-options.ts';
import { reasonMeanings } from './explain-words.ts';
import { Failure } from './failure.ts';

export function explainCommand(): Command {
  return withConfigOptions(new Command('explain'))
    .description(
      'tell what became of a request: when it came, what was decided and why, what the gateway said',
    )
    .argument('<request-id>', 'requestHeader.requestId, as Google sent it')
    .option('--json', 'print as JSON')
    .addHelpText(
      'after',
      `
It only reads the database, beside a running server. No code, token or phone number is in there.

Examples:
  $ gsp-otp explain 0123434-otp-abc
  $ gsp-otp explain 0123434-otp-abc --config gsp-otp.yaml --json

Exit code: 1 if no such request is known.
`,
    )
    .action(async (requestId: string, options) => {
      const histories = await readHistories(requestId, options);
      const text = options.json
        ? JSON.stringify(histories.map(presentable), null, 2)
        : histories.map(describeHistory).join('\n\n');
      process.stdout.write(`${text}\n`);
    });
}

async function readHistories(
  requestId: string,
  options: Parameters<typeof configSources>[0],
): Promise<readonly RequestHistory[]> {
  const store = openStoreForReading(readAccountSettings(configSources(options)));
  try {
    const histories = await store.history(requestId);
    if (histories.length > 0) return histories;
  } finally {
    await store.close();
  }
  throw new Failure(
    `no request ${requestId} is known`,
    'It never came here, or it was answered with an error, which is not kept, or it is older than retention.requestsMs.',
  );
}

/** Without the bytes: they say nothing to a person, and with the server's secret the nonce is the code. */
function presentable({ challenge, ...history }: RequestHistory) {
  if (challenge === undefined) return history;
  const { nonce: _nonce, accountDigest: _account, phoneNumberDigest: _number, ...shown } = challenge;
  return { ...history, challenge: shown };
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
    .map((line, index) => `${index === 0 ? '' : '  '}${escapeHidden(line)}`)
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

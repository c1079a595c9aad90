import type { ExplainedChallenge, ExplainedRequest } from '../../domain/requests.ts';
import type { Described } from './schemas.ts';

type DescribedRequest = Described<'ExplainedRequests'>['requests'][number];
type DescribedChallenge = NonNullable<DescribedRequest['challenge']>;

/** What is known of a request, in the words of the API: what the server has for itself alone is left out. */
export function describeRequest({
  method,
  requestId,
  receivedAtMs,
  answeredAtMs,
  answer,
  reason,
  meaning,
  sendOtpRequestId,
  challenge,
  timeline,
}: ExplainedRequest): DescribedRequest {
  return {
    method,
    requestId,
    receivedAtMs,
    ...known({
      answeredAtMs,
      result: answer?.result || undefined,
      reason: reason || undefined,
      meaning,
      sendOtpRequestId,
      challenge: challenge && describeChallenge(challenge),
    }),
    timeline: timeline.map(({ atMs, event, meaning, detail }) => ({
      atMs,
      event,
      ...known({ meaning }),
      detail,
    })),
  };
}

function describeChallenge({
  challengeId,
  state,
  otpContext,
  issuedAtMs,
  expiresAtMs,
  submissions,
  failedAttempts,
  country,
  text,
}: ExplainedChallenge): DescribedChallenge {
  return {
    challengeId,
    state,
    issuedAtMs,
    expiresAtMs,
    submissions,
    failedAttempts,
    ...known({ otpContext, country, text: text && describeText(text) }),
  };
}

function describeText({
  gateway,
  messageId,
  submittedAtMs,
  receipt,
}: NonNullable<ExplainedChallenge['text']>): NonNullable<DescribedChallenge['text']> {
  return { gateway, submittedAtMs, ...known({ messageId, receipt: receipt && { ...receipt } }) };
}

/** Those members that are known: what is not known is absent. */
export function known<T extends object>(members: T): { [Name in keyof T]?: Exclude<T[Name], undefined> } {
  const entries = Object.entries(members).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as { [Name in keyof T]?: Exclude<T[Name], undefined> };
}

import type { Answer } from '../../google/answer.ts';
import type { Sent, Trial } from '../trial.ts';

/** The same sendOtp again, or one with the same request id. */
export const again = (
  trial: Trial,
  sent: Sent,
  changed: Readonly<Record<string, unknown>> = {},
): Promise<Answer> => trial.call('sendOtp', { ...sent.members, ...changed }, { requestId: sent.requestId });

/** A sendOtp that is processed without a text, told in full so that it can be repeated or changed. */
export function declinable(trial: Trial) {
  const requestId = trial.google.id('declined');
  const members = { accountPhoneNumber: '+0', smsMatchingToken: trial.google.token() };
  return {
    requestId,
    call: (changed: Readonly<Record<string, unknown>> = {}, timestampMs?: number) =>
      trial.call(
        'sendOtp',
        { ...members, ...changed },
        timestampMs === undefined ? { requestId } : { requestId, timestampMs },
      ),
  };
}

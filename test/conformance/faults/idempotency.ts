import { type Call, Refusal } from '../reference/call.ts';
import { rightRules } from '../reference/rules.ts';
import type { Fault } from '../reference/server.ts';
import { answers, type Faults, performs, withMember } from './fault.ts';

const isSend = ({ method }: Call) => method === 'sendOtp';
const isVerify = ({ method }: Call) => method === 'verifyOtp';
const isEcho = ({ method }: Call) => method === 'echo';
const isKnown = ({ message }: Call) => String(message.accountPhoneNumber).startsWith('+14035552');
const startsWith = (start: string) => (call: Call) => String(call.header.requestId).startsWith(start);

let counter = 0;

/** Gives an answer again, but not quite. */
const replays = (when: (call: Call) => boolean, member = 'paymentIntegratorSendOtpId'): Fault => ({
  replay: (right) => (reply, call) => {
    counter += 1;
    return when(call) ? withMember(member, `again ${counter}`)(reply) : right(reply, call);
  },
});

/** Compares more or less than it should. */
const compares = (when: (call: Call) => boolean, what: (call: Call) => string): Fault => ({
  fingerprintOf: (right) => (call) => (when(call) ? what(call) : right(call)),
});

const without = (name: string) => (call: Call) => {
  const { [name]: _, requestHeader: __, ...rest } = call.message;
  return JSON.stringify(Object.entries(rest).sort());
};

const forgets = (when: (call: Call) => boolean): Fault => ({
  remembers: (right) => (reply, call) => right(reply, call) && !when(call),
});

/** Keeps an error, too, and gives it again. */
const keepsError = (code: string, when: (call: Call) => boolean, status = 400): Fault => {
  const kept = new Set<unknown>();
  return {
    judgeBody: (right) => (call) => {
      if (kept.has(call.header.requestId) && when(call)) throw new Refusal(status, code, 'it failed before');
      right(call);
    },
    finish: (right) => (reply, call) => {
      if (reply.message?.errorResponseCode === code) kept.add(call.header.requestId);
      return right(reply, call);
    },
  };
};

const replaying: Faults = {
  'idempotency/send-retry-replays': {
    fault: replays((call) => isSend(call) && isKnown(call)),
    also: ['idempotency/replay-keeps-integrator-id', 'idempotency/simultaneous-sends-answer-alike'],
  },
  'idempotency/send-retry-sends-no-text': retextsFault(),
  'idempotency/later-timestamp-replays': compares(
    startsWith('gsp-declined'),
    (call) => without('')(call) + String(call.arrivedAtMs - Number(call.header.requestTimestamp) > 10_000),
  ),
  'idempotency/replay-is-stamped-anew': {
    finish: (right) => {
      const first = new Map<string, unknown>();
      return (reply, call) => {
        const finished = right(reply, call);
        const key = `${call.method} ${String(call.header.requestId)}`;
        if (reply.status !== 200) return finished;
        if (!first.has(key)) first.set(key, finished.message?.responseHeader);
        return withMember('responseHeader', first.get(key))(finished);
      };
    },
  },
  'idempotency/decline-stays-declined': {
    fault: replays((call) => !isKnown(call) && startsWith('gsp-declined')(call)),
    also: ['idempotency/later-timestamp-replays', 'idempotency/conflict-keeps-first-answer'],
  },
  'idempotency/wrong-code-retry-counts-once': forgets(
    (call) => isVerify(call) && startsWith('gsp-wrong')(call),
  ),
  'idempotency/verify-retry-replays': {
    fault: forgets((call) => isVerify(call) && startsWith('gsp-verify')(call)),
  },
  'idempotency/same-parameters-otherwise-written': compares(startsWith('gsp-rewritten'), (call) => {
    const { requestHeader: _, ...rest } = call.message;
    return JSON.stringify(rest);
  }),
  'idempotency/header-is-not-compared': compares(startsWith('gsp-header'), (call) =>
    JSON.stringify(call.version),
  ),
  'idempotency/replay-checks-timestamp': {
    judgeClock: (right) => {
      const seen = new Set<unknown>();
      return (call) => {
        if (seen.has(call.header.requestId)) return;
        right(call);
        seen.add(call.header.requestId);
      };
    },
  },
  'idempotency/request-id-is-case-sensitive': {
    keyOf: (right) => (call) => right(call).toLowerCase(),
  },
};

/** Hands the text to the gateway again for a retry, though it gives the same answer. */
function retextsFault(): Fault {
  let again: (() => void) | undefined;
  return {
    deliver: (right) => (to, text, memory) => {
      right(to, text, memory);
      again = () => right(to, text, memory);
    },
    replay: (right) => (reply, call) => {
      if (isSend(call) && isKnown(call) && startsWith('gsp-send')(call)) again?.();
      return right(reply, call);
    },
  };
}

const conflicting: Faults = {
  'idempotency/refuses-changed-token': compares(startsWith('gsp-declined'), without('smsMatchingToken')),
  'idempotency/refuses-changed-phone-number': compares(
    startsWith('gsp-declined'),
    without('accountPhoneNumber'),
  ),
  'idempotency/refuses-changed-context': compares(startsWith('gsp-declined'), (call) =>
    without('')({
      ...call,
      message: { ...call.message, otpContext: call.message.otpContext ?? { mandateCreation: {} } },
    }),
  ),
  'idempotency/refuses-changed-context-member': compares(
    startsWith('gsp-declined'),
    (call) => without('otpContext')(call) + String('otpContext' in call.message),
  ),
  'idempotency/refuses-changed-success': compares(startsWith('gsp-send'), without('accountPhoneNumber')),
  'idempotency/conflict-keeps-first-answer': {
    fingerprintOf: (right) => {
      // The last request is remembered in place of the first.
      const last = new Map<unknown, string>();
      return (call) => {
        const { requestId } = call.header;
        const before = last.get(requestId);
        const now = right(call);
        last.set(requestId, now);
        return before === undefined || !startsWith('gsp-declined')(call) || before === now
          ? now
          : `${before} then ${now}`;
      };
    },
  },
  'idempotency/refuses-changed-otp': compares(startsWith('gsp-otp'), without('otp')),
  'idempotency/refuses-changed-echo': compares(isEcho, () => 'an echo'),
  'idempotency/scoped-per-method': {
    keyOf: (right) => (call) => (isEcho(call) ? right(call) : String(call.header.requestId)),
  },
  'idempotency/scoped-per-method-echo': {
    keyOf: (right) => (call) => (isVerify(call) ? right(call) : String(call.header.requestId)),
  },
};

const failing: Faults = {
  'idempotency/error-is-re-evaluated': keepsError('MISSING_REQUIRED_FIELD', isSend),
  'idempotency/late-request-is-re-evaluated': {
    judgeClock: (right) => {
      const late = new Set<unknown>();
      return (call) => {
        const { requestId } = call.header;
        if (late.has(requestId))
          throw new Refusal(400, 'REQUEST_TIMESTAMP_OUT_OF_RANGE', 'it was late before');
        try {
          right(call);
        } catch (cause) {
          late.add(requestId);
          throw cause;
        }
      };
    },
  },
  'idempotency/unknown-identifier-is-re-evaluated': keepsError(
    'INVALID_IDENTIFIER',
    startsWith('gsp-early'),
    404,
  ),
  'idempotency/error-binds-no-parameters': {
    judgeBody: (right) => {
      const seen = new Map<unknown, string>();
      return (call) => {
        right(call);
        if (!startsWith('gsp-unbound')(call)) return;
        const before = seen.get(call.header.requestId);
        const now = String(call.message.sendOtpRequestId);
        if (before !== undefined && before !== now)
          throw new Refusal(412, 'IDEMPOTENCY_VIOLATION', 'changed');
        seen.set(call.header.requestId, now);
      };
    },
  },
  'idempotency/replay-keeps-integrator-id': { newId: () => () => 'the-same-for-all' },
};

const simultaneous: Faults = {
  'idempotency/simultaneous-sends-text-once': {
    fault: { waitsForTwin: (right) => (call) => !isSend(call) && right(call) },
    also: ['idempotency/simultaneous-sends-answer-alike'],
  },
  'idempotency/simultaneous-sends-answer-alike': answers(
    (call) => isSend(call) && isKnown(call) && startsWith('gsp-twin')(call),
    (reply) => {
      counter += 1;
      return withMember('paymentIntegratorSendOtpId', counter)(reply);
    },
  ),
  'idempotency/simultaneous-verifies-answer-alike': {
    waitsForTwin: (right) => (call) => !isVerify(call) && right(call),
  },
  'idempotency/right-code-succeeds-once': performs('verifyOtp', async (_, memory, rightly) => {
    // The mark of use is written a second too late.
    const used = new Map([...memory.challenges.values()].map((challenge) => [challenge, challenge.used]));
    return rightly({
      attempt: (challenge, given) => {
        const marked = challenge.used;
        challenge.used = used.get(challenge) === true;
        const result = rightRules.attempt(challenge, given);
        challenge.used = marked;
        if (result === 'SUCCESS')
          setTimeout(() => {
            challenge.used = true;
          }, 1000).unref();
        return result;
      },
    });
  }),
};

export const idempotencyFaults: Faults = { ...replaying, ...conflicting, ...failing, ...simultaneous };

import { type Call, Refusal, type Reply } from '../reference/call.ts';
import type { Memory, Rules } from '../reference/rules.ts';
import type { Fault } from '../reference/server.ts';

/** One way to be wrong. `also`: other checks of the same family that can't but fail with it; those of others: beyond.ts. */
export interface Broken {
  readonly fault: Fault;
  readonly also?: readonly string[] | NearlyAll;
  /** It asks for a request's age to the tenth of a second: the time of day stands still, however busy the machine. */
  readonly timeStands?: true;
}

/** Most checks fail with it, in every family, for this reason. */
export interface NearlyAll {
  readonly nearlyAll: string;
}

/** By the check that it proves. */
export type Faults = Readonly<Record<string, Broken | Fault>>;

export type When = (call: Call) => boolean;

/** Mends a kind of malformed JSON, seen as Latin-1, before it is parsed. */
export function mends(mend: (text: string) => string, method = 'verifyOtp'): Fault {
  return {
    parse: (right) => (payload, called) => {
      const text = Buffer.from(payload).toString('latin1');
      const mended = called === method ? mend(text) : text;
      return right(mended === text ? payload : Buffer.from(mended, 'latin1'), called);
    },
  };
}

/** Doesn't parse what it should. */
export function cannotParse(what: RegExp): Fault {
  return {
    parse: (right) => (payload, method) => {
      if (what.test(Buffer.from(payload).toString('latin1'))) throw new SyntaxError('too odd');
      return right(payload, method);
    },
  };
}

/** Lets a request pass that it should refuse. */
export function forgives(rule: 'judgeHeader' | 'judgeClock' | 'judgeBody', when: When): Fault {
  return {
    [rule]: (right: (call: Call) => void) => (call: Call) => {
      if (!when(call)) right(call);
    },
  };
}

/** Refuses a request that it should read. */
export function refuses(when: When, status = 400, code = 'INVALID_FIELD_VALUE'): Fault {
  return {
    judgeHeader: (right) => (call) => {
      right(call);
      if (when(call)) throw new Refusal(status, code, 'not here');
    },
  };
}

/** Changes an answer at the last moment. */
export function answers(
  when: (call: Call, reply: Reply) => boolean,
  change: (reply: Reply, call: Call) => Reply,
): Fault {
  return {
    finish: (right) => (reply, call) => {
      const finished = right(reply, call);
      return when(call, reply) ? change(finished, call) : finished;
    },
  };
}

export const withMember =
  (name: string, value: unknown) =>
  (reply: Reply): Reply => ({ ...reply, message: { ...reply.message, [name]: value } });

export const withStatus =
  (status: number) =>
  (reply: Reply): Reply => ({ ...reply, status });

/** Says nothing but a status. */
export const bare = (status: number) => (): Reply => ({ status, message: undefined });

export const header = (name: string) => (call: Call) => call.header[name];

/** A token with another first character, whichever it has. */
export const mistyped = (token: string) => `${token.startsWith('A') ? 'B' : 'A'}${token.slice(1)}`;

/** Does a method in another way. `rightly` is how a right server does it, if need be by other rules. */
export function performs(
  method: 'sendOtp' | 'verifyOtp',
  perform: (
    call: Call,
    memory: Memory,
    rightly: (other?: Partial<Rules>) => Promise<Reply>,
  ) => Promise<Reply>,
): Fault {
  return {
    [method]: (right: Rules['sendOtp']) =>
      async function (this: Rules, call: Call, memory: Memory): Promise<Reply> {
        return perform(call, memory, (other = {}) => right.call({ ...this, ...other }, call, memory));
      },
  };
}

import { createHash, randomBytes, randomInt } from 'node:crypto';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { type Call, type Members, type Method, Refusal, type Reply } from './call.ts';
import { parseStrictly } from './strict-json.ts';

export type AccountStatus =
  | 'active'
  | 'not-eligible'
  | 'undeliverable'
  | 'ACCOUNT_CLOSED'
  | 'ACCOUNT_CLOSED_ACCOUNT_TAKEN_OVER'
  | 'ACCOUNT_CLOSED_FRAUD';

export interface Account {
  readonly phoneNumber: string | undefined;
  readonly associationId: string;
  readonly status: AccountStatus;
  wrongCodes: number;
}

export interface Challenge {
  readonly account: Account;
  readonly code: string;
  used: boolean;
  superseded: boolean;
  wrongCodes: number;
}

/** What the server remembers. */
export class Memory {
  readonly accounts: Account[];
  readonly texts: { readonly to: string; readonly text: string }[] = [];
  /** By sendOtp request id. */
  readonly challenges = new Map<string, Challenge>();
  readonly answered = new Map<string, { readonly fingerprint: string; readonly reply: Reply }>();
  readonly busy = new Map<string, Promise<void>>();
  /** sendOtp request ids that were declined. */
  readonly declined = new Set<string>();
  /** Whether the gateway refuses every text. */
  outage = false;

  constructor(accounts: readonly Omit<Account, 'wrongCodes'>[]) {
    this.accounts = accounts.map((account) => ({ ...account, wrongCodes: 0 }));
  }
}

/** The steps of a right integrator, each of which a fault may replace. */
export interface Rules {
  parse(payload: Uint8Array, method: Method): unknown;
  judgeHeader(call: Call): void;
  judgeClock(call: Call): void;
  /** Under which name a request is remembered. */
  keyOf(call: Call): string;
  fingerprintOf(call: Call): string;
  waitsForTwin(call: Call): boolean;
  remembers(reply: Reply, call: Call): boolean;
  replay(reply: Reply, call: Call): Reply;
  judgeBody(call: Call): void;
  sendOtp(call: Call, memory: Memory): Promise<Reply>;
  verifyOtp(call: Call, memory: Memory): Promise<Reply>;
  echo(call: Call): Reply;
  /** Takes the code out of a challenge if it is the one. */
  attempt(challenge: Challenge, otp: string): string;
  compose(code: string, token: string, call: Call): string;
  deliver(to: string, text: string, memory: Memory): void;
  newCode(): string;
  newId(): string;
  /** The last look at an answer. `call` may be half empty if the request could not be read. */
  finish(reply: Reply, call: Call): Reply;
}

const wrongCodesMax = 5;

const missing = (name: string) => new Refusal(400, 'MISSING_REQUIRED_FIELD', `${name} is missing`);
const invalid = (name: string) => new Refusal(400, 'INVALID_FIELD_VALUE', `${name} has no permitted value`);

export const isObject = (value: unknown): value is Members =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function required(members: Members, name: string): string {
  const value = members[name] ?? undefined;
  if (value === undefined) throw missing(name);
  if (typeof value !== 'string') throw invalid(name);
  return value;
}

function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join()}]`;
  if (!isObject(value)) return JSON.stringify(value);
  const names = Object.keys(value).sort();
  return `{${names.map((name) => `${JSON.stringify(name)}:${canonical(value[name])}`).join()}}`;
}

function judgeHeader({ message, header, version }: Call): void {
  if (!isObject(message)) throw new Refusal(400, 'INVALID_DECRYPTED_REQUEST', 'no object');
  if ((message.requestHeader ?? undefined) === undefined) throw missing('requestHeader');
  if (!isObject(message.requestHeader)) throw invalid('requestHeader');
  if ((header.protocolVersion ?? undefined) === undefined) throw missing('protocolVersion');
  if (!isObject(header.protocolVersion)) throw invalid('protocolVersion');
  if ((version.major ?? undefined) === undefined) throw missing('protocolVersion.major');
  if (typeof version.major !== 'number') throw invalid('protocolVersion.major');
  if (version.major !== 1) throw new Refusal(400, 'INVALID_API_VERSION', 'major must be 1');
  const requestId = required(header, 'requestId');
  if (!/^[A-Za-z0-9:_-]{1,100}$/.test(requestId)) throw invalid('requestId');
  if (!/^\d{1,19}$/.test(required(header, 'requestTimestamp'))) throw invalid('requestTimestamp');
}

function judgeClock({ header, arrivedAtMs }: Call): void {
  if (Math.abs(arrivedAtMs - Number(header.requestTimestamp)) > 60_000) {
    throw new Refusal(400, 'REQUEST_TIMESTAMP_OUT_OF_RANGE', 'more than 60 s off');
  }
}

const contexts = ['association', 'mandateCreation', 'associationWithMandateCreation'];

function judgeContext(context: unknown): void {
  if (context === undefined || context === null) return;
  if (!isObject(context)) throw invalid('otpContext');
  const names = Object.keys(context);
  if (names.length === 0) throw missing('otpContext');
  const known = names.filter((name) => contexts.includes(name));
  if (known.length > 1 || known.some((name) => !isObject(context[name]))) throw invalid('otpContext');
}

function judgeBody({ method, message }: Call): void {
  if (method === 'echo') required(message, 'clientMessage');
  if (method === 'verifyOtp') {
    required(message, 'sendOtpRequestId');
    required(message, 'otp');
  }
  if (method !== 'sendOtp') return;
  const identifiers = ['accountPhoneNumber', 'associationId'].filter(
    (name) => (message[name] ?? undefined) !== undefined,
  );
  if (identifiers.length === 0) throw missing('accountPhoneNumber or associationId');
  for (const name of identifiers) required(message, name);
  if (!/^[\x21-\x7e]{11}$/.test(required(message, 'smsMatchingToken'))) throw invalid('smsMatchingToken');
  judgeContext(message.otpContext);
}

/** Whom the request means, or the result that declines it. */
function findAccount(message: Members, accounts: readonly Account[]): Account | string {
  const { accountPhoneNumber: phoneNumber, associationId } = message;
  if (typeof associationId === 'string') {
    const account = accounts.find((candidate) => candidate.associationId === associationId);
    if (account === undefined) throw new Refusal(404, 'INVALID_IDENTIFIER', 'unknown associationId');
    const onFile = account.phoneNumber;
    if (onFile === undefined || (typeof phoneNumber === 'string' && phoneNumber !== onFile)) {
      return 'PHONE_NUMBER_NOT_ASSOCIATED_WITH_ACCOUNT';
    }
    return account;
  }
  if (typeof phoneNumber !== 'string' || !/^\+[1-9][0-9]{1,14}$/.test(phoneNumber))
    return 'INVALID_PHONE_NUMBER';
  const live = accounts.find(
    (one) => one.phoneNumber === phoneNumber && !one.status.startsWith('ACCOUNT_CLOSED'),
  );
  return live ?? 'UNKNOWN_PHONE_NUMBER';
}

async function sendOtp(this: Rules, call: Call, memory: Memory): Promise<Reply> {
  const requestId = String(call.header.requestId);
  const found = findAccount(call.message, memory.accounts);
  const result = typeof found === 'string' ? found : declineOf(found);
  const reply = { status: 200, message: { result, paymentIntegratorSendOtpId: this.newId() } };
  // A real integrator asks its directory and its gateway meanwhile: time for a twin to come in.
  await nextTurn();
  if (typeof found === 'string' || result !== 'SUCCESS') {
    memory.declined.add(requestId);
    return reply;
  }
  if (memory.outage) return { ...reply, message: { ...reply.message, result: 'MESSAGE_UNABLE_TO_BE_SENT' } };
  for (const challenge of memory.challenges.values()) {
    if (challenge.account === found) challenge.superseded = true;
  }
  const code = this.newCode();
  memory.challenges.set(requestId, { account: found, code, used: false, superseded: false, wrongCodes: 0 });
  this.deliver(
    found.phoneNumber ?? '',
    this.compose(code, String(call.message.smsMatchingToken), call),
    memory,
  );
  return reply;
}

function declineOf(account: Account): string {
  if (account.status === 'not-eligible') return 'NOT_ELIGIBLE';
  if (account.status === 'undeliverable') return 'MESSAGE_UNABLE_TO_BE_SENT';
  if (account.status !== 'active') return account.status;
  return account.wrongCodes >= wrongCodesMax ? 'OTP_LIMIT_REACHED' : 'SUCCESS';
}

async function verifyOtp(this: Rules, { message }: Call, memory: Memory): Promise<Reply> {
  const sendOtpRequestId = String(message.sendOtpRequestId);
  const challenge = memory.challenges.get(sendOtpRequestId);
  if (challenge === undefined && !memory.declined.has(sendOtpRequestId)) {
    throw new Refusal(404, 'INVALID_IDENTIFIER', 'unknown sendOtpRequestId');
  }
  const result = challenge === undefined ? 'OTP_NOT_MATCHED' : this.attempt(challenge, String(message.otp));
  await nextTurn();
  return { status: 200, message: { result, paymentIntegratorVerifyOtpId: this.newId() } };
}

function attempt(challenge: Challenge, otp: string): string {
  if (challenge.superseded || challenge.wrongCodes >= wrongCodesMax) return 'OTP_NOT_MATCHED';
  if (otp !== challenge.code) {
    challenge.wrongCodes += 1;
    challenge.account.wrongCodes += 1;
    return 'OTP_NOT_MATCHED';
  }
  if (challenge.used) return 'OTP_ALREADY_USED';
  challenge.used = true;
  challenge.account.wrongCodes = 0;
  return 'SUCCESS';
}

/** Written from the protocol reference alone. */
export const rightRules: Rules = {
  parse: parseStrictly,
  judgeHeader,
  judgeClock,
  keyOf: ({ method, header }) => `${method} ${String(header.requestId)}`,
  fingerprintOf: ({ message }) =>
    createHash('sha256')
      .update(canonical({ ...message, requestHeader: null }))
      .digest('hex'),
  waitsForTwin: () => true,
  remembers: (reply) => reply.status === 200 && reply.message?.result !== 'MESSAGE_UNABLE_TO_BE_SENT',
  replay: (reply) => reply,
  judgeBody,
  sendOtp,
  verifyOtp,
  echo: ({ message }) => ({ status: 200, message: { clientMessage: message.clientMessage } }),
  attempt,
  compose: (code, token) => `${code} is your code.\n\n${token}`,
  deliver: (to, text, memory) => {
    memory.texts.push({ to, text });
  },
  newCode: () => String(randomInt(1_000_000)).padStart(6, '0'),
  newId: () => randomBytes(9).toString('base64'),
  finish: (reply) =>
    reply.message === undefined
      ? reply
      : {
          ...reply,
          message: { responseHeader: { responseTimestamp: String(Date.now()) }, ...reply.message },
        },
};

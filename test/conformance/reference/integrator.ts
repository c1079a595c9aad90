import { randomUUID } from 'node:crypto';
import { type Call, type Members, type Method, Refusal, type Reply } from './call.ts';
import { isObject, type Memory, type Rules } from './rules.ts';

/** One request from opened bytes to the answer before sealing. */
export async function answer(
  rules: Rules,
  memory: Memory,
  method: Method,
  payload: Uint8Array,
): Promise<Reply> {
  const arrivedAtMs = Date.now();
  const text = Buffer.from(payload).toString('latin1');
  let call: Call = { method, payload, text, message: {}, header: {}, version: {}, arrivedAtMs };
  try {
    call = { ...call, ...parse(rules, payload, method) };
    rules.judgeHeader(call);
    rules.judgeClock(call);
    return rules.finish(await once(rules, memory, call), call);
  } catch (cause) {
    return rules.finish(errorReply(cause), call);
  }
}

export function errorReply(cause: unknown): Reply {
  if (!(cause instanceof Refusal)) throw cause;
  const message = {
    errorResponseCode: cause.code,
    errorDescription: cause.description,
    paymentIntegratorErrorIdentifier: randomUUID(),
  };
  return { status: cause.status, message };
}

function parse(rules: Rules, payload: Uint8Array, method: Method) {
  let value: unknown;
  try {
    value = rules.parse(payload, method);
  } catch {
    throw new Refusal(400, 'INVALID_DECRYPTED_REQUEST', 'the request is no strict JSON');
  }
  if (!isObject(value)) throw new Refusal(400, 'INVALID_DECRYPTED_REQUEST', 'the request is no JSON object');
  const header = member(value, 'requestHeader');
  return { message: value, header, version: member(header, 'protocolVersion') };
}

function member(members: Members, name: string): Members {
  const value = members[name];
  return isObject(value) ? value : {};
}

async function once(rules: Rules, memory: Memory, call: Call): Promise<Reply> {
  const key = rules.keyOf(call);
  while (rules.waitsForTwin(call) && memory.busy.has(key)) await memory.busy.get(key);
  const earlier = memory.answered.get(key);
  const fingerprint = rules.fingerprintOf(call);
  if (earlier !== undefined) {
    if (earlier.fingerprint === fingerprint) return rules.replay(earlier.reply, call);
    throw new Refusal(412, 'IDEMPOTENCY_VIOLATION', 'the requestId belongs to other parameters');
  }
  const { promise, resolve } = Promise.withResolvers<void>();
  memory.busy.set(key, promise);
  try {
    rules.judgeBody(call);
    const reply = await perform(rules, memory, call);
    if (rules.remembers(reply, call)) memory.answered.set(key, { fingerprint, reply });
    return reply;
  } finally {
    memory.busy.delete(key);
    resolve();
  }
}

function perform(rules: Rules, memory: Memory, call: Call): Promise<Reply> | Reply {
  if (call.method === 'sendOtp') return rules.sendOtp(call, memory);
  return call.method === 'verifyOtp' ? rules.verifyOtp(call, memory) : rules.echo(call);
}

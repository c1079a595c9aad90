import { randomBytes, randomUUID } from 'node:crypto';

/** What is done for a request of each method. */
export type Work = Readonly<Record<string, (requestId: string) => Promise<unknown>>>;

/** As the server writes it, without what is NULL. */
export type Row = Readonly<Record<string, unknown>>;

const OWNER = 'FQ5Mf0Cs1qqw-WYC';

/** Of a sendOtp request: as it is issued, and then what changes when its text was handed over. */
export function sentRows(requestId: string): { readonly issued: Row; readonly settled: Row } {
  const random = randomBytes(176);
  const at = (first: number, length = 16) => random.subarray(first, first + length);
  const nowMs = Date.now();
  const id = random.toString('base64url', 0, 12);
  const prefix = `+919${String(random.readUInt32BE(12) % 100_000).padStart(5, '0')}`;
  const whom = { account_digest: at(12), phone_number_digest: at(28), received_at_ms: nowMs };
  const key = { request_id: requestId, method: 'sendOtp' };
  const issued = {
    ...{ ...key, ...whom, version: randomUUID(), state: 'claimed', fingerprint: at(44), owner: OWNER },
    ...{ lease_expires_at_ms: nowMs + 10_000, challenge_id: id, challenge_state: 'submitting' },
    ...{ nonce: at(60), secret_id: 'sandbox', code_length: 6, otp_context: 'association' },
    ...{ issued_at_ms: nowMs, expires_at_ms: nowMs + 600_000, expires_at_wall_ms: nowMs + 600_000 },
    ...{ recipient: at(76, 100), submissions: 1, failed_attempts: 0, country: 'IN', number_prefix: prefix },
    ...{ counted_at_ms: nowMs, counted: countedOf(prefix), events: '' },
  };
  const settled = {
    ...{ ...key, ...whom, version: randomUUID(), state: 'completed', answered_at_ms: nowMs },
    ...{ result: 'SUCCESS', integrator_id: id, challenge_state: 'sent', submissions: 1, gateway: 'inbox' },
    ...{ message_id: 'inbox-20004', submitted_at_ms: nowMs },
    events: `[${nowMs},"accepted","inbox inbox-20004"]\n`,
  };
  return { issued, settled };
}

function countedOf(prefix: string): string {
  const parts = (names: readonly string[]) => names.map((name) => [name, 3_600_000, 5_986_529]);
  const unverified = ['country:IN', `range:${prefix.slice(0, -2)}`, `prefix:${prefix}`];
  return JSON.stringify([
    [parts(['country:IN', 'global']), parts(unverified.map((name) => `unverified:${name}`))],
  ]);
}

/** Of a request of another method: as it is answered. */
export function answeredRow(requestId: string, method: string): Row {
  const nowMs = Date.now();
  return {
    ...{ request_id: requestId, method, version: randomUUID(), state: 'completed', owner: OWNER },
    ...{ fingerprint: randomBytes(16), lease_expires_at_ms: 0, received_at_ms: nowMs, answered_at_ms: nowMs },
    ...{ result: 'SUCCESS', integrator_id: 'tONI9rT9qRmTRwHf', send_otp_request_id: null },
  };
}

/** Of a verifyOtp request, with what it changes in the row of the sendOtp that has the same id. */
export function verifiedRow(requestId: string): Row {
  const nowMs = Date.now();
  return {
    ...{ ...answeredRow(requestId, 'verifyOtp'), send_otp_request_id: requestId },
    ...{ challenge_state: 'verified', failed_attempts: 0 },
    events: `[${nowMs},"accepted","inbox inbox-20004"]\n[${nowMs},"verified","${requestId}"]\n`,
  };
}

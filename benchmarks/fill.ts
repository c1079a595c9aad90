import { randomBytes } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { importIntoAccounts } from '../src/operations/accounts.ts';
import { phoneNumberOf } from './subjects.ts';

/** Imports so many active accounts, the way an operator would. */
export async function fillAccounts(dataDirectory: string, count: number): Promise<void> {
  const source = join(dataDirectory, 'accounts.csv');
  await pipeline(Readable.from(accountLines(count)), createWriteStream(source));
  const place = { kind: 'sqlite' } as const;
  const closedGuard = { mode: 'off', share: 1, seenMin: 1, closedMin: 1 } as const;
  const settings = {
    ...({ profile: 'sandbox', dataDirectory, store: place, directory: place } as const),
    closedGuard,
  };
  const { outcome } = await importIntoAccounts(settings, {
    source,
    format: 'csv',
    dryRun: false,
    signal: new AbortController().signal,
    onProblem: () => undefined,
    onProgress: () => undefined,
  });
  if (outcome !== 'applied') throw new Error(`the accounts were ${outcome}`);
}

function* accountLines(count: number): Generator<string> {
  yield 'accountId,phoneNumber,status,language,associationIds\n';
  for (let number = 0; number < count; number += 1) {
    yield `account-${number},${phoneNumberOf(number)},active,en,association-${number}\n`;
  }
}

/**
 * Writes so many verified sendOtp requests of other accounts straight into the store's table, spread over the last
 * 29 days: a history as the server itself would have left it.
 */
export function fillHistory(file: string, count: number): void {
  if (count === 0) return;
  const database = new DatabaseSync(file);
  database.exec('PRAGMA synchronous = OFF; BEGIN');
  const insert = database.prepare(`
    INSERT INTO request (request_id, method, state, fingerprint, owner, lease_expires_at_ms, received_at_ms,
      answered_at_ms, result, integrator_id, challenge_id, challenge_state, nonce, secret_id, code_length,
      account_digest, phone_number_digest, otp_context, issued_at_ms, expires_at_ms, expires_at_wall_ms, submissions,
      failed_attempts, counted_at_ms, events)
    VALUES (?, 'sendOtp', 'completed', ?, 'embedded', 0, ?, ?, 'SUCCESS', ?, ?, 'verified', ?, 'sandbox', 6, ?, ?,
      'association', ?, ?, ?, 1, 0, ?, '')`);
  const nowMs = Date.now();
  const stepMs = (29 * 86_400_000) / count;
  for (let number = 0; number < count; number += 1) {
    const atMs = Math.floor(nowMs - (count - number) * stepMs);
    const random = randomBytes(76);
    const id = random.subarray(0, 12).toString('base64url');
    const [fingerprint, nonce, account, phone] = [12, 28, 44, 60].map((at) => random.subarray(at, at + 16));
    if (!fingerprint || !nonce || !account || !phone) continue;
    insert.run(
      `past:${id}`,
      fingerprint,
      atMs,
      atMs + 5,
      id,
      id,
      nonce,
      account,
      phone,
      atMs,
      atMs + 600_000,
      atMs + 600_000,
      atMs,
    );
  }
  database.exec('COMMIT; PRAGMA wal_checkpoint(TRUNCATE)');
  database.close();
}

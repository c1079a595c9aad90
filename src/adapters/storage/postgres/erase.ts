import type { Erased, EraseOrder } from '../../../ports/otp-store.ts';
import type { Database } from '../../postgres/database.ts';
import { eventLines, readErased } from '../rows/otp-rows.ts';

/** See `OtpStore.erase`. Each row gets another version, so that a step that has read it reads it again. */
export async function eraseIn(
  database: Database,
  schema: string,
  { of: { kind, digest }, event }: EraseOrder,
): Promise<Erased> {
  const { eraseAccount, erasePhoneNumber } = eraseStatements(schema);
  const statement = kind === 'account' ? eraseAccount : erasePhoneNumber;
  const [row = {}] = await database.write(statement, [digest, eventLines(event)]);
  return readErased(row);
}

export function eraseStatements(schema: string) {
  const request = `${schema}.request`;
  /** Each by the index that it is in. */
  const erase = (column: string) => `
    WITH found AS MATERIALIZED (
      SELECT request_id, method, received_at_ms FROM ${request} WHERE ${column} = $1 AND submissions > 0
      UNION ALL
      SELECT request_id, method, received_at_ms FROM ${request}
      WHERE ${column} = $1 AND coalesce(submissions, 0) = 0),
    erased AS (
      UPDATE ${request} AS r SET recipient = NULL, number_prefix = NULL, counted = NULL, message_id = NULL,
        receipt_key = NULL, events = $2, version = gen_random_uuid()
      FROM found WHERE r.request_id = found.request_id AND r.method = found.method)
    SELECT count(*) AS requests, greatest(coalesce(max(received_at_ms), 0),
      (SELECT max(at_ms) FROM ${schema}.misstep WHERE subject = $1)) AS newest_at_ms
    FROM found`;
  return {
    eraseAccount: erase('account_digest'),
    erasePhoneNumber: erase('phone_number_digest'),
  } as const;
}

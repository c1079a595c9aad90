import type { Row } from '../rows/otp-rows.ts';

/** Columns of `request` that a step writes, with their types; `id` is given by the database. */
export const REQUEST_COLUMNS = {
  request_id: 'text',
  method: 'text',
  version: 'uuid',
  state: 'text',
  fingerprint: 'bytea',
  owner: 'text',
  lease_expires_at_ms: 'bigint',
  received_at_ms: 'bigint',
  answered_at_ms: 'bigint',
  result: 'text',
  integrator_id: 'text',
  account: 'bytea',
  reason: 'text',
  send_otp_request_id: 'text',
  challenge_id: 'text',
  challenge_state: 'text',
  nonce: 'bytea',
  secret_id: 'text',
  code_length: 'integer',
  account_digest: 'bytea',
  phone_number_digest: 'bytea',
  otp_context: 'text',
  issued_at_ms: 'bigint',
  expires_at_ms: 'bigint',
  expires_at_wall_ms: 'bigint',
  recipient: 'bytea',
  submissions: 'integer',
  failed_attempts: 'integer',
  uses: 'text',
  country: 'text',
  number_prefix: 'text',
  counted_at_ms: 'bigint',
  counted: 'text',
  gateway: 'text',
  message_id: 'text',
  submitted_at_ms: 'bigint',
  receipt_key: 'text',
  receipt_state: 'text',
  receipt_at_ms: 'bigint',
  events: 'text',
} as const;

/** Columns of `kept_association`. */
export const ASSOCIATION_COLUMNS = {
  digest: 'bytea',
  version: 'uuid',
  account_digest: 'bytea',
  sealed: 'bytea',
  attempt: 'text',
  state: 'text',
  is_told: 'boolean',
  at_ms: 'bigint',
} as const;

type Column = keyof typeof REQUEST_COLUMNS;

/** A row of `request` as it is to be; what is missing is NULL. Its version is given when it is written. */
export type RequestImage = Readonly<Partial<Record<Column, unknown>>> &
  Readonly<Record<'request_id' | 'method', unknown>>;

const COLUMNS = Object.keys(REQUEST_COLUMNS) as readonly Column[];

/** All columns of a row that was read, to be changed in part. */
export function imageOf(row: Row): RequestImage {
  return Object.fromEntries(COLUMNS.map((name) => [name, row[name] ?? null])) as unknown as RequestImage;
}

/** As JSON for `json_to_recordset`: bytes in the hexadecimal form that PostgreSQL reads. */
export function toRecords(rows: readonly object[]): string {
  return JSON.stringify(rows.map(toRecord));
}

/** Without what is NULL: so is what is missing. */
function toRecord(row: object): object {
  const record: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(row)) {
    if (value === null || value === undefined) continue;
    record[name] =
      value instanceof Uint8Array ? bytesText(value) : typeof value === 'string' ? writable(value) : value;
  }
  return record;
}

/** PostgreSQL's text has no NUL, and no half of a surrogate pair: a gateway may have sent either. */
function writable(text: string): string {
  return UNWRITABLE.test(text) ? text.toWellFormed().replaceAll('\0', '\ufffd') : text;
}

const UNWRITABLE = /[\0\ud800-\udfff]/;

function bytesText(bytes: Uint8Array): string {
  return `\\x${Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex')}`;
}

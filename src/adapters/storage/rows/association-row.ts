import type { Association } from '../../../ports/otp-store.ts';
import { type Row, readBytes, readDigest, readInteger, readOneOf, readText } from './otp-rows.ts';

const STATES: readonly Association['state'][] = ['associated', 'removed'];

export function readAssociation(row: Row): Association {
  return {
    digest: readDigest(row, 'digest'),
    accountDigest: readDigest(row, 'account_digest'),
    sealed: readBytes(row, 'sealed'),
    attempt: readText(row, 'attempt'),
    state: readOneOf(row, 'state', STATES),
    // An engine may have no truth values.
    isTold: row['is_told'] === true || (row['is_told'] !== false && readInteger(row, 'is_told') === 1),
    atMs: readInteger(row, 'at_ms'),
  };
}

import type { Association, DecideAssociation } from '../../../ports/otp-store.ts';
import { readAssociation } from '../rows/association-row.ts';
import type { Row } from '../rows/otp-rows.ts';
import { judgeAssociationOf } from './judged.ts';
import type { Reader } from './reader.ts';
import type { Step } from './steps.ts';

/** `undefined`: it is unknown. */
export async function associationIn(reader: Reader, digest: Uint8Array): Promise<Association | undefined> {
  const row = await reader.association(digest);
  return row && readAssociation(row);
}

export function associationStep(
  reader: Reader,
  digest: Uint8Array,
  decide: DecideAssociation,
): Step<Row | undefined, Association | undefined> {
  return {
    turn: Buffer.from(digest).toString('base64'),
    read: () => reader.association(digest),
    judge: (row) => judgeAssociationOf(row, decide),
  };
}

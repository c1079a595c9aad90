import smpp from 'smpp';

/** One unit of the protocol, as it was read; fields that it doesn't have are `undefined`. */
export interface Pdu {
  /** Such as `submit_sm_resp`; `unknown` for a command that SMPP 3.4 doesn't have. */
  readonly command: string;
  readonly isResponse: boolean;
  readonly status: number;
  readonly sequence: number;
  text(field: string): string | undefined;
  number(field: string): number | undefined;
}

export type PduFields = Readonly<Record<string, string | number>>;

// Entity and template of a text in India. [github.com/python-smpplib/python-smpplib/issues/204]
smpp.addTLV('dlt_entity_id', { id: 0x1400, type: smpp.types.tlv.string });
smpp.addTLV('dlt_template_id', { id: 0x1401, type: smpp.types.tlv.string });

const HEADER_OCTETS = 16;

/** Far more than a text, a receipt or any answer needs. The library refuses more as well. */
const PDU_OCTETS_MAX = 16_384;

/**
 * Leaves octets as they are. The library would read the text of a receipt by the GSM table, though receipts are
 * ASCII, and turn the `_` of a message id into `§`.
 */
class ReceivedPdu extends smpp.PDU {
  override _filter(): void {}
}

/** Octets of a PDU. `data_coding` must be among the fields of a text, or GSM-7 is labelled as ASCII. */
export function writePdu(command: string, sequence: number, status: number, fields: PduFields): Buffer {
  const header = { sequence_number: sequence, command_status: status };
  return new smpp.PDU(command, { ...fields, ...header }).toBuffer();
}

/** Throws if the octets are not what their header says. */
export function readPdu(octets: Buffer): Pdu {
  const pdu = new ReceivedPdu(octets);
  const fields = new Map<string, unknown>(Object.entries(pdu));
  return {
    command: pdu.command,
    isResponse: pdu.isResponse(),
    status: pdu.command_status,
    sequence: pdu.sequence_number,
    text: (name) => textOf(fields.get(name)),
    number: (name) => numberOf(fields.get(name)),
  };
}

function textOf(value: unknown): string | undefined {
  const text = Buffer.isBuffer(value) ? value.toString('latin1') : value;
  return typeof text === 'string' && text !== '' ? text : undefined;
}

function numberOf(value: unknown): number | undefined {
  return typeof value === 'number' ? value : undefined;
}

/** Sequence number and kind of a PDU whose body can't be read. */
export function readHeader(octets: Buffer): { readonly sequence: number; readonly isResponse: boolean } {
  return { sequence: octets.readUInt32BE(12), isResponse: octets.readUInt32BE(4) >= 0x80000000 };
}

/** Cuts what arrives into PDUs. `broken`: what follows is no SMPP, and nothing more can be made of the stream. */
export function createFramer(): (chunk: Buffer) => { readonly units: readonly Buffer[]; broken: boolean } {
  let rest: Buffer = Buffer.alloc(0);
  return (chunk) => {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    const units: Buffer[] = [];
    while (rest.length >= 4) {
      const octets = rest.readUInt32BE(0);
      if (octets < HEADER_OCTETS || octets > PDU_OCTETS_MAX) return { units, broken: true };
      if (rest.length < octets) break;
      units.push(rest.subarray(0, octets));
      rest = rest.subarray(octets);
    }
    return { units, broken: false };
  };
}

const NAMES = new Map(Object.entries(smpp.errors).map(([name, status]) => [status, name]));

/** Value of a `command_status` by its name in SMPP 3.4. */
export function statusOf(name: string): number {
  const status = smpp.errors[name];
  if (status === undefined) throw new Error(`${name} is no command_status of SMPP`);
  return status;
}

/** Name of a `command_status`; a number in hexadecimal for those that a gateway made up. */
export function statusName(status: number): string {
  return NAMES.get(status) ?? `0x${status.toString(16).padStart(8, '0')}`;
}

import smpp from 'smpp';

/** Texts as the library writes them, or octets as they are. */
export type PduFields = Readonly<Record<string, string | number | Buffer>>;

// Entity and template of a text in India. [github.com/python-smpplib/python-smpplib/issues/204]
smpp.addTLV('dlt_entity_id', { id: 0x1400, type: smpp.types.tlv.string });
smpp.addTLV('dlt_template_id', { id: 0x1401, type: smpp.types.tlv.string });

const HEADER_OCTETS = 16;

/** Far more than a text, a receipt or any answer needs. The library refuses more as well. */
const PDU_OCTETS_MAX = 16_384;

/** Octets of a PDU. `data_coding` must be among the fields of a text, or GSM-7 is labelled as ASCII. */
export function writePdu(command: string, sequence: number, status: number, fields: PduFields): Buffer {
  const header = { sequence_number: sequence, command_status: status };
  return new smpp.PDU(command, { ...fields, ...header }).toBuffer();
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

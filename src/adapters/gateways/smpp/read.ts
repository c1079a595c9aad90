/*
 * Reading PDUs, by hand: the package `smpp` looks for the end of a text parameter beyond its length, throws a whole PDU
 * away for a part that nobody needs, and takes one that lacks its body for an empty one.
 */

/** One unit of the protocol, as it was read; fields that it doesn't have are `undefined`. */
export interface Pdu {
  /** Such as `submit_sm_resp`; `unknown` for a command that SMPP 3.4 doesn't have. */
  readonly command: string;
  readonly isResponse: boolean;
  readonly status: number;
  readonly sequence: number;
  /** The body is not what the command demands. What could be read of it until there is there. */
  readonly isBroken: boolean;
  /** A text as Latin-1; `undefined` also where it is empty. */
  text(field: string): string | undefined;
  number(field: string): number | undefined;
  octets(field: string): Buffer | undefined;
}

/** [SMPP 3.4, section 5.1.2.1] */
const COMMANDS: Readonly<Record<number, string>> = {
  0: 'generic_nack',
  1: 'bind_receiver',
  2: 'bind_transmitter',
  3: 'query_sm',
  4: 'submit_sm',
  5: 'deliver_sm',
  6: 'unbind',
  7: 'replace_sm',
  8: 'cancel_sm',
  9: 'bind_transceiver',
  11: 'outbind',
  21: 'enquire_link',
  33: 'submit_multi',
  258: 'alert_notification',
  259: 'data_sm',
};

type FieldKind = 'text' | 'octet' | 'short-message';
type Layout = readonly (readonly [name: string, kind: FieldKind])[];

const ADDRESSES: Layout = [
  ['service_type', 'text'],
  ['source_addr_ton', 'octet'],
  ['source_addr_npi', 'octet'],
  ['source_addr', 'text'],
  ['dest_addr_ton', 'octet'],
  ['dest_addr_npi', 'octet'],
  ['destination_addr', 'text'],
  ['esm_class', 'octet'],
];

/** The fields that must be there, of the commands whose fields are looked at. [SMPP 3.4, section 4] */
const LAYOUTS: Readonly<Record<string, Layout>> = {
  deliver_sm: [
    ...ADDRESSES,
    ['protocol_id', 'octet'],
    ['priority_flag', 'octet'],
    ['schedule_delivery_time', 'text'],
    ['validity_period', 'text'],
    ['registered_delivery', 'octet'],
    ['replace_if_present_flag', 'octet'],
    ['data_coding', 'octet'],
    ['sm_default_msg_id', 'octet'],
    ['short_message', 'short-message'],
  ],
  data_sm: [...ADDRESSES, ['registered_delivery', 'octet'], ['data_coding', 'octet']],
  submit_sm_resp: [['message_id', 'text']],
};

/** The optional parameters that are looked at. [SMPP 3.4, section 5.3.2] */
const PARAMETERS: Readonly<Record<number, string>> = {
  30: 'receipted_message_id',
  1060: 'message_payload',
  1063: 'message_state',
};

const HEADER_OCTETS = 16;

/** Of a PDU as the framer cut it: at least a header, and as long as that says. Doesn't throw. */
export function readPdu(octets: Buffer): Pdu {
  const id = octets.readUInt32BE(4);
  const isResponse = id >= 0x80000000;
  const name = COMMANDS[id & 0x7fffffff];
  const answers = isResponse && name !== 'generic_nack' ? '_resp' : '';
  const command = name === undefined || (name === 'generic_nack' && !isResponse) ? 'unknown' : name + answers;
  const fields = new Map<string, Buffer>();
  const isBroken = !readBody(octets.subarray(HEADER_OCTETS), LAYOUTS[command], fields);
  return {
    command,
    isResponse,
    status: octets.readUInt32BE(8),
    sequence: octets.readUInt32BE(12),
    isBroken,
    text: (field) => fields.get(field)?.toString('latin1') || undefined,
    number: (field) => numberIn(fields.get(field)),
    octets: (field) => fields.get(field),
  };
}

function numberIn(octets: Buffer | undefined): number | undefined {
  const { length = 0 } = octets ?? {};
  return length > 0 && length <= 4 ? octets?.readUIntBE(0, length) : undefined;
}

/** False: it ends too early, or what should end a text is missing. */
function readBody(body: Buffer, layout: Layout | undefined, fields: Map<string, Buffer>): boolean {
  let rest = body;
  for (const [name, kind] of layout ?? []) {
    const { value, after } = readField(rest, kind);
    fields.set(name, value);
    if (after === undefined) return false;
    rest = after;
  }
  return layout === undefined || readParameters(rest, fields);
}

/** `after` is `undefined` if the field does not end within the body. */
function readField(
  rest: Buffer,
  kind: FieldKind,
): { readonly value: Buffer; readonly after: Buffer | undefined } {
  const [first = 0] = rest;
  const end = kind === 'text' ? rest.indexOf(0) : kind === 'octet' ? 1 : 1 + first;
  const isWhole = end >= 0 && end <= rest.length && rest.length > 0;
  const skipped = kind === 'short-message' ? 1 : 0;
  if (!isWhole) return { value: rest.subarray(skipped), after: undefined };
  return { value: rest.subarray(skipped, end), after: rest.subarray(kind === 'text' ? end + 1 : end) };
}

/** Up to three octets behind the last one are let pass: less than a parameter has. */
function readParameters(body: Buffer, fields: Map<string, Buffer>): boolean {
  let rest = body;
  while (rest.length >= 4) {
    const end = 4 + rest.readUInt16BE(2);
    if (end > rest.length) return false;
    const name = PARAMETERS[rest.readUInt16BE(0)];
    if (name !== undefined) fields.set(name, valueIn(name, rest.subarray(4, end)));
    rest = rest.subarray(end);
  }
  return true;
}

/** A text parameter ends with its length; most gateways end it with a NUL as well, as they should, and some don't. */
function valueIn(name: string, octets: Buffer): Buffer {
  const end = name === 'receipted_message_id' ? octets.indexOf(0) : -1;
  return end < 0 ? octets : octets.subarray(0, end);
}

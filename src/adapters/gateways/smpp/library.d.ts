/** What we use of the package `smpp`, which brings no types: writing and reading PDUs, and its names. */
declare module 'smpp' {
  interface Smpp {
    readonly PDU: new (commandOrOctets: string | Buffer, fields?: Readonly<Record<string, unknown>>) => Pdu;
    /** Names of `command_status` and their values. */
    readonly errors: Readonly<Record<string, number>>;
    readonly types: { readonly tlv: { readonly string: object } };
    /** Makes an optional parameter known by a name. */
    addTLV(name: string, definition: { readonly id: number; readonly type: object }): void;
  }

  interface Pdu {
    /** `unknown` where the library doesn't know it. */
    readonly command: string;
    readonly command_status: number;
    readonly sequence_number: number;
    /** As the network has it. Throws for a value that its field can't hold. */
    toBuffer(): Buffer;
    isResponse(): boolean;
    /** Called with every PDU to turn octets into strings and dates, and back. */
    _filter(direction: 'decode' | 'encode'): void;
  }

  const smpp: Smpp;
  export = smpp;
}

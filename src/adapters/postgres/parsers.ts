import pg from 'pg';

/** How values of each type come: numbers for `bigint`, since ours are safe integers; bytes; anything else as pg has it. */
export const parsers: pg.CustomTypesConfig = {
  getTypeParser(oid: number, format?: 'text' | 'binary') {
    if (oid === pg.types.builtins.INT8) return toNumber;
    if (oid === pg.types.builtins.BYTEA) return toBytes;
    return pg.types.getTypeParser(oid, format);
  },
} as pg.CustomTypesConfig;

/** Beyond the safe integers it stays text, which whoever reads the row refuses. */
function toNumber(text: string): number | string {
  const number = Number(text);
  return Number.isSafeInteger(number) ? number : text;
}

const parseBytes = pg.types.getTypeParser(pg.types.builtins.BYTEA) as (text: string) => Buffer;

function toBytes(text: string): Uint8Array {
  return new Uint8Array(parseBytes(text));
}

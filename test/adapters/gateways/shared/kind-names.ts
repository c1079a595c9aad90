import type { deliveringKinds } from '../../../../src/adapters/gateways/catalog.ts';

/*
 * The tables of the tests have a member for each of these: where one is missing, the compiler names it.
 */

/** Each kind of gateway that texts go by, as the catalog has it. */
export type KindName = (typeof deliveringKinds)[number]['kind'];

/** Those that keep a session. */
export type SessionKindName = Extract<KindName, 'smpp'>;

/** Those that make a call for each text. */
export type HttpKindName = Exclude<KindName, SessionKindName>;

/** The rows of such a table, each with its kind. */
export function rowsOf<Name extends string, Row>(table: Readonly<Record<Name, Row>>): readonly [Name, Row][] {
  return Object.entries(table) as [Name, Row][];
}

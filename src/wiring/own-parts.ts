import type { AccountDirectory } from '../ports/account-directory.ts';
import type { Clock } from '../ports/clock.ts';
import type { Entropy } from '../ports/entropy.ts';
import { hiddenInId } from '../ports/hidden-characters.ts';
import type { OtpStore } from '../ports/otp-store.ts';
import type { PayloadCodec } from '../ports/payload-codec.ts';
import type { SmsGateway } from '../ports/sms-gateway.ts';

/** Parts of an integrator's own, of which types tell nothing where they come from JavaScript or JSON. */
export interface OwnParts {
  readonly store?: OtpStore;
  readonly directory?: AccountDirectory;
  readonly clock?: Clock;
  readonly entropy?: Entropy;
  readonly gateway?: SmsGateway;
  readonly gateways?: readonly SmsGateway[];
  readonly codecs?: readonly PayloadCodec[];
}

/** Functions that each of them must have. */
const FUNCTIONS = {
  store: [
    'recall',
    'findChallenge',
    'issue',
    'settle',
    'recordReceipt',
    'attempt',
    'complete',
    'weighClosed',
    'closedState',
    'setClosedState',
    'endCodes',
    'findAssociation',
    'changeAssociation',
    'untoldAssociations',
    'sweep',
    'remember',
    'newestMoment',
    'blocks',
    'history',
    'requestsOf',
    'erase',
    'check',
    'close',
  ] satisfies readonly (keyof OtpStore)[],
  directory: [
    'findByAssociationId',
    'findByAccountId',
    'findByPhoneNumber',
    'check',
    'close',
  ] satisfies readonly (keyof AccountDirectory)[],
  clock: ['nowMs', 'steadyMs', 'after'] satisfies readonly (keyof Clock)[],
  entropy: ['bytes', 'id'] satisfies readonly (keyof Entropy)[],
  gateway: ['send', 'close'] satisfies readonly (keyof SmsGateway)[],
  codec: ['open', 'seal', 'close'] satisfies readonly (keyof PayloadCodec)[],
};

/** Throws `TypeError`, with the part and the member, if one of them can't be what it is handed over as. */
export function requireUsableParts(own: OwnParts): void {
  const { gateway, gateways = [], codecs } = own;
  for (const part of ['store', 'directory', 'clock', 'entropy'] as const) {
    if (own[part] !== undefined) requireFunctions(part, own[part], FUNCTIONS[part]);
  }
  if (gateway !== undefined) requireGateway('gateway', gateway);
  requireList('gateways', gateways);
  for (const [index, given] of gateways.entries()) requireGateway(`gateways[${index}]`, given);
  if (codecs !== undefined) requireCodecs(codecs);
}

function requireGateway(part: string, given: SmsGateway): void {
  requireFunctions(part, given, FUNCTIONS.gateway);
  const name: unknown = given.name;
  if (typeof name !== 'string' || name === '') throw new TypeError(`${part} has no name: give it a text`);
  const hidden = hiddenInId(name);
  if (hidden !== undefined) throw new TypeError(`the name of ${part} has ${hidden}: leave it out`);
}

function requireCodecs(codecs: readonly PayloadCodec[]): void {
  requireList('codecs', codecs);
  if (codecs.length === 0)
    throw new TypeError('codecs is empty: no body could be opened; leave it out, or add one');
  const mediaTypes = new Set<string>();
  for (const [index, codec] of codecs.entries()) {
    const part = `codecs[${index}]`;
    requireFunctions(part, codec, FUNCTIONS.codec);
    const { mediaType, contentType, hasRoom }: { readonly [Member in keyof PayloadCodec]?: unknown } = codec;
    if (typeof mediaType !== 'string' || !/^[^\s;/A-Z]+\/[^\s;/A-Z]+$/.test(mediaType))
      throw new TypeError(
        `the mediaType of ${part} must be in lower case without parameters, such as application/jose`,
      );
    if (mediaTypes.has(mediaType))
      throw new TypeError(`two codecs have the mediaType ${mediaType}: leave one out`);
    mediaTypes.add(mediaType);
    // It is sent as a header.
    if (typeof contentType !== 'string' || !/^[\x21-\x7e][\x20-\x7e]*$/.test(contentType))
      throw new TypeError(`the contentType of ${part} must be visible ASCII characters on one line`);
    if (hasRoom !== undefined && typeof hasRoom !== 'function')
      throw new TypeError(`the hasRoom of ${part} must be a function, or left out`);
  }
}

function requireList(part: string, given: unknown): void {
  if (!Array.isArray(given)) throw new TypeError(`${part} must be an array`);
}

function requireFunctions(part: string, given: unknown, names: readonly string[]): void {
  if (typeof given !== 'object' || given === null) throw new TypeError(`${part} must be an object`);
  const missing = names.find(
    (name) => typeof (given as Readonly<Record<string, unknown>>)[name] !== 'function',
  );
  if (missing !== undefined) throw new TypeError(`${part} has no function ${missing}`);
}

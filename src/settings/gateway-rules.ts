import { literalCredentials } from '../config/literal-credentials.ts';
import type { Settings } from './settings.ts';

/*
 * What can be wrong with gateways beyond what a setting by itself tells.
 */

type Gateway = Settings['sms']['gateway'];

export function membersOf(gateway: Gateway): readonly Gateway[] {
  return gateway.kind === 'failover' ? gateway.gateways : [gateway];
}

export function namesOf(gateway: Gateway): readonly string[] {
  return membersOf(gateway).map((member) => ('name' in member ? member.name : member.kind));
}

export function isClear(gateway: Gateway): boolean {
  if ('privateLink' in gateway && gateway.privateLink) return false;
  return urlsOf(gateway).some((url) => url !== undefined && /^http:/i.test(url));
}

/** GSM gives senders of letters 11 characters; a name or SID of what the gateway chooses a sender from is none. */
const LETTERS_MAX = 11;

export function hasLongSender(gateway: Gateway): boolean {
  if (gateway.kind !== 'twilio' && gateway.kind !== 'vonage' && gateway.kind !== 'infobip') return false;
  return [gateway.sender, ...Object.values(gateway.senders ?? {})].some(
    (sender) => sender.length > LETTERS_MAX && /\p{L}/u.test(sender) && !/^MG[0-9a-f]{32}$/i.test(sender),
  );
}

/** Where credentials stand in the settings themselves, in words without any of them. */
export function clearCredentials(gateway: Gateway): readonly string[] {
  if (gateway.kind !== 'http') return [];
  const { check, verified } = gateway;
  const within = (name: string, places: readonly string[]) => places.map((place) => `${name}.${place}`);
  return [
    ...literalCredentials(gateway),
    ...within('check', literalCredentials(check ?? {})),
    ...within('verified', literalCredentials(verified ?? {})),
  ];
}

/** A proxy is told both or neither. */
export function hasHalfProxyLogin(gateway: Gateway): boolean {
  const proxy = 'proxy' in gateway ? gateway.proxy : undefined;
  return (proxy?.user === undefined) !== (proxy?.password === undefined);
}

function urlsOf(gateway: Gateway): readonly (string | undefined)[] {
  switch (gateway.kind) {
    case 'http':
      return [gateway.url, gateway.check?.url, gateway.verified?.url];
    case 'vonage':
      return [gateway.baseUrl, gateway.reportVerified ? gateway.conversionUrl : undefined];
    default:
      return ['baseUrl' in gateway ? gateway.baseUrl : undefined];
  }
}

export function wantsReceipts(gateway: Gateway): boolean {
  // Over SMPP they come by the session that the texts go by.
  return gateway.kind !== 'smpp' && 'receipts' in gateway && gateway.receipts !== undefined;
}

/** Why receipts could not be told to be the gateway's, or be matched with texts. `undefined`: they can. */
export function receiptsFault(gateway: Gateway): string | undefined {
  if (gateway.kind === 'twilio') {
    const signer = gateway.receipts?.accountAuthToken;
    return gateway.receipts && gateway.apiKeySid !== undefined && !signer
      ? "has receipts, which Twilio signs with the account's auth token: receipts.accountAuthToken is missing beside apiKeySid"
      : undefined;
  }
  if (gateway.kind !== 'http') return undefined;
  const { receipts } = gateway;
  if (receipts === undefined) {
    return templatesOf(gateway).some((text) => text.includes('{receiptUrl}'))
      ? 'has a template with {receiptUrl} and no receipts'
      : undefined;
  }
  if (receipts.proof.kind === 'signed-url') return undefined;
  if (receipts.proof.kind === 'hmac' && receipts.from === 'query') {
    return 'takes receipts from the URL, which an HMAC of the body does not prove';
  }
  if (receipts.referencePath !== undefined) return undefined;
  return receipts.messageIdPath === undefined || gateway.accepted.messageIdPath === undefined
    ? 'has receipts that name no text: receipts.referencePath is missing, or receipts.messageIdPath and accepted.messageIdPath'
    : undefined;
}

export function isClearSmpp(gateway: Gateway): boolean {
  return gateway.kind === 'smpp' && !gateway.tls && !gateway.privateLink;
}

/** Secrets that templates speak of and nobody gave. */
export function lackingSecrets(gateway: Gateway): readonly string[] {
  if (gateway.kind !== 'http') return [];
  const named = templatesOf(gateway).flatMap((text) => [...text.matchAll(/\{secrets\.([A-Za-z0-9]+)\}/g)]);
  return named.flatMap(([, name = '']) => (Object.hasOwn(gateway.secrets, name) ? [] : [name]));
}

function templatesOf({
  url,
  body = '',
  headers,
  verified,
  check,
}: Extract<Gateway, { kind: 'http' }>): readonly string[] {
  return [
    ...[url, body, ...Object.values(headers)],
    ...(verified === undefined ? [] : [verified.url, verified.body ?? '']),
    ...(check === undefined ? [] : [check.url, ...Object.values(check.headers)]),
  ];
}

export function lacksSender(gateway: Gateway): boolean {
  if (gateway.kind !== 'http' || gateway.sender !== undefined) return false;
  return templatesOf(gateway).some((text) => text.includes('{sender}'));
}

export function routeFaults(gateway: Gateway): readonly string[] {
  if (gateway.kind !== 'failover') return [];
  const names = namesOf(gateway);
  const prefixes = gateway.routes.flatMap((route) => route.prefixes);
  const twice = new Set(prefixes.filter((prefix, index) => prefixes.indexOf(prefix) < index));
  const faults = gateway.routes.flatMap(({ gateways, weights }, index) => [
    ...gateways
      .filter((name) => !names.includes(name))
      .map((name) => `routes.${index} names ${name}, which is no gateway`),
    ...(weights !== undefined && weights.length !== gateways.length
      ? [`routes.${index} has ${weights.length} weights for ${gateways.length} gateways`]
      : []),
    ...(weights?.every((weight) => weight === 0) ? [`routes.${index} has no weight above 0`] : []),
  ]);
  return [...faults, ...Array.from(twice, (prefix) => `two routes have the prefix ${prefix}`)];
}

import { createFailoverGateway, isRouted } from '../adapters/gateways/failover/failover.ts';
import { withSecondTry } from '../adapters/gateways/failover/second-try.ts';
import { InboxGateway } from '../adapters/gateways/inbox/gateway.ts';
import type { LinkSettings } from '../adapters/gateways/shared/gateway-link.ts';
import { createSystemClock } from '../adapters/system/system-clock.ts';
import { createSystemEntropy } from '../adapters/system/system-entropy.ts';
import { ConfigError } from '../config/faults.ts';
import { maskUrl } from '../config/literal-credentials.ts';
import { countryOf, phoneNumberSecret } from '../domain/phone-number.ts';
import { dltFor } from '../domain/text/dlt.ts';
import { measureSms } from '../domain/text/sms-encoding.ts';
import { CertificateError, readAuthorities, readCertificates } from '../http/certificates.ts';
import { BUDGET } from '../ports/budget.ts';
import type { Clock } from '../ports/clock.ts';
import { createDeadline } from '../ports/deadline.ts';
import type { ReceiptSink, StrayReceipt } from '../ports/delivery-receipt.ts';
import { Secret } from '../ports/secret.ts';
import type { Delivery, SmsGateway } from '../ports/sms-gateway.ts';
import type { Config } from '../settings/load.ts';

type GatewaySettings = Config['sms']['gateway'];

type VonageConfig = Extract<GatewaySettings, { readonly kind: 'vonage' }>;

interface GatewayRow {
  readonly name: string;
  readonly kind: string;
  /** Where it is asked; `undefined` for the inbox, and for a public endpoint that follows from other settings. */
  readonly url: string | undefined;
}

/** The gateways, in the order in which they are asked. */
export function listGateways(settings: GatewaySettings): readonly GatewayRow[] {
  if (settings.kind === 'failover') return settings.gateways.flatMap(listGateways);
  const { kind } = settings;
  const name = kind === 'inbox' ? kind : settings.name;
  const url = kind === 'http' ? settings.url : 'baseUrl' in settings ? settings.baseUrl : undefined;
  return [{ name, kind, url: kind === 'smpp' ? smppUrl(settings) : url && maskUrl(url) }];
}

type SmppGatewaySettings = Extract<GatewaySettings, { readonly kind: 'smpp' }>;

function smppUrl({ host, port, tls }: SmppGatewaySettings): string {
  return `${tls ? 'ssmpp' : 'smpp'}://${host.includes(':') ? `[${host}]` : host}:${port}`;
}

export interface GatewayTrial {
  readonly delivery: Delivery;
  readonly durationMs: number;
}

/**
 * Sends one text without a code to `to` (E.164), by the gateway of that name or as the server would, within the
 * budget of a request.
 */
export async function tryGateway(
  { sms, requests }: Pick<Config, 'sms' | 'requests'>,
  { to, gateway: name }: { readonly to: string; readonly gateway?: string },
): Promise<GatewayTrial> {
  const clock = createSystemClock();
  const members = sms.gateway.kind === 'failover' ? sms.gateway.gateways : [];
  const chosen = members.find((member) => member.name === name) ?? sms.gateway;
  const gateway = await composeGateway(chosen, clock);
  const startedMs = clock.steadyMs();
  const deadline = createDeadline(clock, requests.budgetMs);
  const language = 'en';
  const message = {
    to: phoneNumberSecret(to),
    text: new Secret('This is a test of text messages. There is nothing to do.'),
    reference: createSystemEntropy().id(),
    validityMs: 600_000,
    country: countryOf(to),
    language,
    dlt: dltFor(sms.dlt, phoneNumberSecret(to), { language, otpContext: undefined }),
  };
  const answered = await gateway.send(message, deadline).finally(deadline.cancel);
  await gateway.close();
  // What comes later nobody waits for here.
  const delivery = answered.kind === 'unknown' ? { ...answered, later: undefined } : answered;
  return { delivery, durationMs: clock.steadyMs() - startedMs };
}

/**
 * What an operator should know of the gateways: those that rest. They are never a reason not to be ready: other calls
 * than sendOtp work, and only a text can find out that a gateway works again.
 */
export function gatewayWarnings(gateway: SmsGateway, clock: Clock): readonly string[] {
  if (!isRouted(gateway)) return [];
  const resting = gateway.health().filter(({ state }) => state !== 'closed');
  const all = resting.length === gateway.members.length;
  return [
    ...resting.map(({ gateway: name, sinceMs }) => {
      const seconds = Math.round((clock.steadyMs() - sinceMs) / 1000);
      return `gateway ${name} rests after failures, for ${seconds} s now`;
    }),
    ...(all ? ['every gateway rests after failures: no text goes out until one of them works again'] : []),
  ];
}

/** The gateway that the settings describe, without receipts. One that keeps a session begins to open it. */
export async function composeGateway(settings: GatewaySettings, clock: Clock): Promise<SmsGateway> {
  return (await composeGateways(settings, clock)).gateway;
}

/** A gateway, and those by which it delivers: itself, or the members of a failover. */
export interface ComposedGateways {
  readonly gateway: SmsGateway;
  readonly members: readonly SmsGateway[];
}

/** How receipts come; nothing of it: none are asked for. */
export interface ReceiptWays {
  /** Where gateways call with them. */
  readonly listener?: Config['receipts'];
  /** Takes what gateways tell over sessions that they keep. */
  readonly onReceipt?: ReceiptSink;
  /** Is told of what looks like a receipt and is none to record. */
  readonly onStray?: (stray: StrayReceipt) => void;
}

/** The same, with receipts. */
export async function composeGateways(
  settings: GatewaySettings,
  clock: Clock,
  receipts: ReceiptWays = {},
): Promise<ComposedGateways> {
  if (settings.kind !== 'failover') {
    const member = await composeMember(settings, clock, receipts, true);
    // The inbox is never busy.
    const gateway = settings.kind === 'inbox' ? member : withSecondTry(member, clock, BUDGET.attemptMsMin);
    return { gateway, members: [member] };
  }
  const members = await Promise.all(
    settings.gateways.map((member) => composeMember(member, clock, receipts, false)),
  );
  const { kind: name, afterUnknown, routes } = settings;
  const terms = { name, gateways: members, routes, afterUnknown, attemptMsMin: BUDGET.attemptMsMin, clock };
  return { gateway: createFailoverGateway(terms), members };
}

/** Throws `ConfigError` if a certificate of a gateway can't be used. */
export function checkLink(settings: GatewaySettings, nowMs: number): void {
  if (!('clientCertificate' in settings || 'tlsCa' in settings)) return;
  const { name, tlsCa, clientCertificate }: LinkSettings & { readonly name: string } = settings;
  const path = `sms.gateway ${name}`;
  try {
    if (tlsCa) readAuthorities(`${path} tlsCa ${tlsCa}`, tlsCa.reveal());
    if (clientCertificate === undefined) return;
    const { certificate, key, passphrase } = clientCertificate;
    const shown = `${path} clientCertificate ${certificate}`;
    readCertificates([{ name: shown, certificate: certificate.reveal(), key, passphrase }], nowMs);
  } catch (error) {
    if (!(error instanceof CertificateError)) throw error;
    const origin = { kind: 'default' } as const;
    throw new ConfigError([{ path: 'sms.gateway', reason: error.message, accepted: error.accepted, origin }]);
  }
}

/** Loads the gateway's adapter: most servers have one or two gateways, and the libraries of all take long to start. */
async function composeMember(
  settings: Exclude<GatewaySettings, { readonly kind: 'failover' }>,
  clock: Clock,
  { listener, onReceipt, onStray }: ReceiptWays,
  isAlone: boolean,
): Promise<SmsGateway> {
  const name = 'name' in settings ? settings.name : settings.kind;
  checkLink(settings, clock.nowMs());
  const receiptsUrl = listener && `${listener.publicUrl}${listener.path}/${name}`;
  switch (settings.kind) {
    case 'inbox':
      return new InboxGateway(clock);
    case 'twilio': {
      const { createTwilioGateway } = await import('../adapters/gateways/twilio/gateway.ts');
      return createTwilioGateway(settings, receiptsUrl);
    }
    case 'vonage': {
      const { createVonageGateway } = await import('../adapters/gateways/vonage/gateway.ts');
      return createVonageGateway(vonageOf(settings), isGsm7, clock);
    }
    case 'aws': {
      const { createAwsGateway } = await import('../adapters/gateways/aws/gateway.ts');
      return createAwsGateway(settings, clock);
    }
    case 'infobip': {
      const { createInfobipGateway } = await import('../adapters/gateways/infobip/gateway.ts');
      return createInfobipGateway(settings, receiptsUrl);
    }
    case 'http': {
      const { createGenericGateway } = await import('../adapters/gateways/http/gateway.ts');
      return createGenericGateway(settings, isGsm7, receiptsUrl);
    }
    case 'smpp': {
      const { createSmppGateway } = await import('../adapters/gateways/smpp/gateway.ts');
      const parts = { clock, measure: measureSms, onReceipt, onStray, isAlone };
      return createSmppGateway({ ...settings, tls: settings.tls ? smppTls(settings) : undefined }, parts);
    }
  }
}

function smppTls({ tlsCa, clientCertificate }: SmppGatewaySettings) {
  const client = clientCertificate && {
    ...clientCertificate,
    certificate: clientCertificate.certificate.reveal(),
  };
  return { ca: tlsCa?.reveal(), client };
}

function vonageOf({ reportVerified, conversionUrl, ...settings }: VonageConfig) {
  return reportVerified ? { ...settings, conversionUrl } : settings;
}

function isGsm7(text: string): boolean {
  return measureSms(text).encoding === 'gsm-7';
}

import type { Settings } from '../../settings/settings.ts';
import { examineGatewayOf } from '../gateways/credentials.ts';
import { listGateways } from '../gateways/list.ts';
import { about, examine, type Finding } from './finding.ts';

const TIMEOUT_MS = 3000;

/** Each by itself: what is wrong with one says nothing of the others. */
export async function examineGateways({ sms }: Settings): Promise<readonly Finding[]> {
  const remedy = 'See sms.gateway in docs/configuration.md.';
  const examined = listGateways(sms.gateway).map((row) =>
    examine(`gateway ${row.name}`, remedy, async () => [await examineGateway(sms.gateway, row)]),
  );
  return (await Promise.all(examined)).flat();
}

async function examineGateway(
  settings: Settings['sms']['gateway'],
  { name, kind, url }: ReturnType<typeof listGateways>[number],
): Promise<Finding> {
  const { ok, warning, failed } = about(`gateway ${name}`);
  if (kind === 'inbox') return ok('texts stay in the inbox, as in a sandbox they may');
  const { unreached, credentials } = await examineGatewayOf(settings, name, TIMEOUT_MS);
  const [away] = unreached;
  if (away !== undefined) {
    const { finding, remedy } = adviceOn(away.host, away.fault);
    return failed(finding, remedy);
  }
  switch (credentials?.kind) {
    case 'valid':
      return ok('it knows the credentials; whether it delivers, a text tells');
    case 'invalid':
      return failed(
        `it does not take the credentials: ${credentials.detail}`,
        'Compare key and secret with what the gateway shows; was one of them replaced?',
      );
    case 'unknown':
      return warning(
        `it does not tell whether the credentials are right: ${credentials.detail}`,
        'A key that may only send is refused here and works all the same. Send yourself a text: gsp-otp gateways test --help',
      );
    case undefined: {
      const host = (url === undefined ? null : URL.parse(url))?.hostname.replace(/^\[|\]$/g, '');
      return ok(`${host || 'it'} can be reached; whether it takes the credentials, a text tells`);
    }
  }
}

interface Advice {
  readonly finding: string;
  readonly remedy: string;
}

/** What a fault of a connection means, and what to do. The first pattern that fits counts. */
const ADVICE: readonly (readonly [fault: RegExp, cause: string, remedy: string])[] = [
  [
    /^the proxy answered 407/,
    'the proxy wants other credentials for it',
    'Compare proxy.user and proxy.password of the gateway with what the proxy expects.',
  ],
  [
    /^the proxy/,
    'the proxy gives no connection to it',
    'Look at proxy.url of the gateway, and at what the proxy lets through.',
  ],
  [
    /SELF_SIGNED|UNABLE_TO_VERIFY|UNABLE_TO_GET_ISSUER|CERT_UNTRUSTED|INVALID_CA|CERT_SIGNATURE/,
    'nobody who is trusted here issued its certificate',
    'If its authority is a private one, name its certificates in tlsCa of the gateway. Does something between read the traffic?',
  ],
  [
    /CERT_HAS_EXPIRED|CERT_NOT_YET_VALID/,
    'its certificate is not valid now',
    'Look at the clock of this machine; else the gateway has to renew it.',
  ],
  [
    /ALTNAME|HOSTNAME_MISMATCH/,
    'its certificate is for another name',
    'Name the gateway in its URL as its certificate does.',
  ],
  [
    /_ALERT_.*(CERTIFICATE|UNKNOWN_CA|ACCESS_DENIED|HANDSHAKE_FAILURE)/,
    'it breaks off the TLS handshake, as those do that want a client certificate',
    'Look at clientCertificate of the gateway: is it there, valid, and of an authority that the gateway knows?',
  ],
  [
    /WRONG_VERSION|EPROTO|PACKET_LENGTH|UNSUPPORTED_PROTOCOL|_ALERT_|^ERR_SSL|^ERR_TLS/,
    'no TLS 1.2 or newer comes about with it',
    'Is this the port that speaks TLS?',
  ],
];

function adviceOn(host: string, fault: string): Advice {
  const [, cause, remedy] = ADVICE.find(([pattern]) => pattern.test(fault)) ?? [];
  if (cause !== undefined && remedy !== undefined) {
    return { finding: `${host} can't be used, ${cause}: ${fault}`, remedy };
  }
  return {
    finding: `${host} can't be reached`,
    remedy: `${fault}. Look at DNS and firewall of this machine; where a proxy leads out, name it in proxy of the gateway: HTTPS_PROXY is not read.`,
  };
}

export interface Advice {
  readonly finding: string;
  readonly remedy: string;
}

/** What a fault of a connection to a SERVICE means, and what to do. The first pattern that fits counts. */
const ADVICE: readonly (readonly [fault: RegExp, cause: string, remedy: string])[] = [
  [
    /^the proxy answered 407/,
    'the proxy wants other credentials for it',
    'Compare proxy.user and proxy.password of the SERVICE with what the proxy expects.',
  ],
  [
    /^the proxy/,
    'the proxy gives no connection to it',
    'Look at proxy.url of the SERVICE, and at what the proxy lets through.',
  ],
  [
    /SELF_SIGNED|UNABLE_TO_VERIFY|UNABLE_TO_GET_ISSUER|CERT_UNTRUSTED|INVALID_CA|CERT_SIGNATURE/,
    'nobody who is trusted here issued its certificate',
    'If its authority is a private one, name its certificates in tlsCa of the SERVICE. Does something between read the traffic?',
  ],
  [
    /CERT_HAS_EXPIRED|CERT_NOT_YET_VALID/,
    'its certificate is not valid now',
    'Look at the clock of this machine; else the SERVICE has to renew it.',
  ],
  [
    /ALTNAME|HOSTNAME_MISMATCH/,
    'its certificate is for another name',
    'Name the SERVICE in its URL as its certificate does.',
  ],
  [
    /_ALERT_.*(CERTIFICATE|UNKNOWN_CA|ACCESS_DENIED|HANDSHAKE_FAILURE)/,
    'it breaks off the TLS handshake, as those do that want a client certificate',
    'Look at clientCertificate of the SERVICE: is it there, valid, and of an authority that the SERVICE knows?',
  ],
  [
    /WRONG_VERSION|EPROTO|PACKET_LENGTH|UNSUPPORTED_PROTOCOL|_ALERT_|^ERR_SSL|^ERR_TLS/,
    'no TLS 1.2 or newer comes about with it',
    'Is this the port that speaks TLS?',
  ],
];

/** Why a host of a service, `gateway` or `directory`, can't be asked, by what its connection told. */
export function adviceOn(host: string, fault: string, service: string): Advice {
  const [, cause, remedy] = ADVICE.find(([pattern]) => pattern.test(fault)) ?? [];
  if (cause !== undefined && remedy !== undefined) {
    const finding = `${host} can't be used, ${cause}: ${fault}`;
    return { finding, remedy: remedy.replaceAll('SERVICE', service) };
  }
  return {
    finding: `${host} can't be reached`,
    remedy: `${fault}. Look at DNS and firewall of this machine; where a proxy leads out, name it in proxy of the ${service}: HTTPS_PROXY is not read.`,
  };
}

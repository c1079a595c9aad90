import { publicText, secret } from '../../../config/references.ts';
import { Type } from '../../../config/setting-words.ts';
import type { ValuesOf } from '../../../config/values.ts';
import { refusalReasons } from '../../../ports/refusal-reasons.ts';
import { gatewayName, link, sendersOf } from '../shared/common-settings.ts';
import type { GatewayRules } from '../shared/gateway-kind.ts';

const octet = (description: string) =>
  Type.Optional(
    Type.Integer({
      minimum: 0,
      maximum: 255,
      description: `${description} Absent: derived from the sender.`,
    }),
  );

const numberType = (what: string, usual: string) =>
  Type.Optional(
    Type.Object(
      {
        ton: Type.Integer({ minimum: 0, maximum: 255, description: `Type of number of ${what}.` }),
        npi: Type.Integer({ minimum: 0, maximum: 255, description: `Numbering plan of ${what}.` }),
      },
      { description: `Type of number and numbering plan of ${what}. Absent: ${usual}.` },
    ),
  );

/** A word of SMPP: its strings are ASCII. */
const word = (lengthMax: number, description: string) =>
  Type.String({
    pattern: `^[\\x20-\\x7e]{1,${lengthMax}}$`,
    accepts: `1 to ${lengthMax} printable ASCII characters`,
    description,
  });

export const settings = Type.Object(
  {
    kind: Type.Literal('smpp', {
      description: 'SMPP 3.4: an SMSC, or any gateway that offers the protocol.',
    }),
    name: gatewayName('smpp'),
    host: Type.String({
      pattern: '^[A-Za-z0-9.:-]{1,253}$',
      accepts: 'a host name or an address',
      description: 'Host of the gateway.',
    }),
    port: Type.Integer({ minimum: 1, maximum: 65_535, description: 'Port of the gateway.' }),
    tls: Type.Boolean({ default: true, description: 'Use TLS, 1.2 or newer.' }),
    tlsCa: Type.Optional(
      publicText({
        fileBytesMax: 1_048_576,
        description:
          'Certificates, in PEM, of the authorities that may have issued the gateway’s certificate. Absent: the public authorities.',
      }),
    ),
    clientCertificate: link.clientCertificate,
    privateLink: Type.Boolean({
      default: false,
      description: 'States that the connection is private, such as a VPN, so that production may omit TLS.',
    }),
    systemId: word(
      64,
      'Name of the account: system_id. At most 15 characters unless longCredentials is set.',
    ),
    password: secret({
      description: 'Password of the account, in ASCII. At most 8 characters unless longCredentials is set.',
    }),
    longCredentials: Type.Boolean({
      default: false,
      description:
        'The gateway accepts a systemId or a password that is longer than SMPP allows. Other gateways read the following fields wrongly.',
    }),
    bindMode: Type.Enum(['transceiver', 'transmitter+receiver'], {
      default: 'transceiver',
      description: 'One session for texts and delivery reports, or one for each.',
    }),
    systemType: Type.Optional(word(12, 'system_type, if the gateway requires one. Absent: empty.')),
    sender: word(20, 'Phone number (+…), short code or alphanumeric sender id.'),
    senders: sendersOf((description) => word(20, description)),
    senderTon: octet('Type of number of every sender.'),
    senderNpi: octet('Numbering plan of every sender.'),
    senderTypes: Type.Optional(
      Type.Object(
        {
          letters: numberType('a sender with letters', '5 and 0'),
          shortCode: numberType('a sender of up to eight digits', '3 and 0'),
          number: numberType('a phone number', '1 and 1'),
        },
        { description: 'Type of number and numbering plan by form of the sender. Absent: the usual ones.' },
      ),
    ),
    recipientTon: Type.Integer({
      default: 1,
      minimum: 0,
      maximum: 255,
      description: 'Type of number of the recipient.',
    }),
    recipientNpi: Type.Integer({
      default: 1,
      minimum: 0,
      maximum: 255,
      description: 'Numbering plan of the recipient.',
    }),
    serviceType: Type.Optional(word(5, 'service_type, if the gateway requires one. Absent: empty.')),
    charset: Type.Enum(['gsm-7', 'latin-1', 'ascii'], {
      default: 'gsm-7',
      description:
        'Character set in which the gateway reads the octets of a text; gsm-7 is one septet per octet. Texts that it cannot represent are sent in UCS-2.',
    }),
    dataCoding: Type.Integer({
      default: 0,
      minimum: 0,
      maximum: 3,
      description: 'data_coding of texts in charset: 0, the alphabet of the gateway; 1, ASCII; 3, Latin-1.',
    }),
    validity: Type.Enum(['relative', 'absolute', 'none'], {
      default: 'relative',
      description:
        'How validity_period is written: as a duration, as a time in UTC, or not at all, so that texts may arrive after their code expired.',
    }),
    window: Type.Integer({
      default: 10,
      minimum: 1,
      maximum: 1000,
      description: 'Maximum number of texts that wait for their answer at a time.',
    }),
    ratePerSecond: Type.Optional(
      Type.Number({
        minimum: 0.1,
        maximum: 10_000,
        description: 'Texts per second that the account may send. Absent: no limit.',
      }),
    ),
    enquireLinkMs: Type.Integer({
      default: 30_000,
      minimum: 1000,
      maximum: 600_000,
      unit: 'ms',
      description: 'Interval of enquire_link. If it is unanswered for 10 s, a new session is opened.',
    }),
    receipts: Type.Boolean({ default: true, description: 'Request delivery reports (delivery receipts).' }),
    messageIds: Type.Enum(['auto', 'same', 'decimal', 'hex', 'hex-then-decimal', 'decimal-then-hex'], {
      default: 'auto',
      description:
        'How message ids are written in the answer to a text and in its delivery report. Leading zeros and the case of hexadecimal digits never matter.',
    }),
    refusals: Type.Record(
      Type.String({ pattern: '^(0x[0-9a-f]{8}|ESME_[A-Z_]{2,40})$' }),
      Type.Enum(refusalReasons, { description: 'Class of that status.' }),
      {
        default: {},
        keyAccepts: 'a command_status such as 0x0000040b, or its name in SMPP 3.4 if it has one',
        description: 'Classes of statuses that are the gateway’s own, or that it uses differently.',
      },
    ),
  },
  {
    description: 'SMPP.',
    formerly: { connectTimeoutMs: 'nothing; remove it: it is 5 s for connecting, TLS and bind together' },
  },
);

export type SmppSettings = ValuesOf<typeof settings>;

type Address = Pick<SmppSettings, 'host' | 'port' | 'tls'>;

/** As the URL of its session. */
export function smppUrl(address: Address): string {
  return `${address.tls ? 'ssmpp' : 'smpp'}://${authorityOf(address)}`;
}

function authorityOf({ host, port }: Address): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}`;
}

export const rules: GatewayRules<SmppSettings> = {
  urls: (gateway) => [smppUrl(gateway)],
  sessionAt: (gateway) => `${gateway.tls ? 'https' : 'http'}://${authorityOf(gateway)}`,
  // Receipts come by the session that the texts go by.
  isCalledBack: () => false,
  between: [
    {
      fault: misread,
      accepted:
        'a systemId of at most 15 and a password of at most 8 ASCII characters, or longCredentials: true for a gateway that takes longer ones; see docs/gateways.md',
    },
    {
      fault: ({ tls, privateLink }) =>
        tls || privateLink
          ? undefined
          : 'is spoken to over SMPP without TLS, which shows every code and the password on the way',
      accepted:
        'in production, tls: true; or privateLink: true where the way to it is private, such as a VPN',
      inProduction: true,
    },
  ],
};

/** What SMPP has room for, without the NUL at the end. [SMPP 3.4, section 4.1] */
const SYSTEM_ID_MAX = 15;
const PASSWORD_MAX = 8;
const LONG_PASSWORD_MAX = 64;

/** Why a gateway would read something else than the settings of an SMPP gateway say. `undefined`: it would not. */
function misread(gateway: SmppSettings): string | undefined {
  const { name, systemId, password, longCredentials, tls, clientCertificate } = gateway;
  const faults = [
    credentialFault('systemId', systemId, longCredentials ? Number.POSITIVE_INFINITY : SYSTEM_ID_MAX),
    credentialFault('password', password.reveal(), longCredentials ? LONG_PASSWORD_MAX : PASSWORD_MAX),
    gateway.charset === 'gsm-7' && gateway.dataCoding !== 0
      ? 'has dataCoding without a charset: gsm-7 goes under 0'
      : undefined,
    tls || clientCertificate === undefined ? undefined : 'has a clientCertificate and tls: false',
  ];
  const fault = faults.find((each) => each !== undefined);
  return fault === undefined ? undefined : `${name} ${fault}`;
}

function credentialFault(setting: string, value: string, lengthMax: number): string | undefined {
  if (!/^[\x20-\x7e]*$/.test(value))
    return `has a ${setting} that is not ASCII, and SMPP has no other characters`;
  if (value.length <= lengthMax) return undefined;
  const room = `where SMPP 3.4 has room for ${setting === 'systemId' ? SYSTEM_ID_MAX : PASSWORD_MAX}`;
  return `has a ${setting} of ${value.length} characters, ${room}: most gateways read the fields behind it wrongly`;
}

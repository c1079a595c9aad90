import type { Settings } from './settings.ts';

/** What SMPP has room for, without the NUL at the end. [SMPP 3.4, section 4.1] */
const SYSTEM_ID_MAX = 15;
const PASSWORD_MAX = 8;
const LONG_PASSWORD_MAX = 64;

/** Why a gateway would read something else than the settings of an SMPP gateway say. `undefined`: it would not. */
export function smppFault(gateway: Settings['sms']['gateway']): string | undefined {
  if (gateway.kind !== 'smpp') return undefined;
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

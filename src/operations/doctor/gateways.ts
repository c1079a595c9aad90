import type { Settings } from '../../settings/settings.ts';
import { examineGatewayOf } from '../gateways/credentials.ts';
import { listGateways } from '../gateways/list.ts';
import { adviceOn } from './advice.ts';
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
    const { finding, remedy } = adviceOn(away.host, away.fault, 'gateway');
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

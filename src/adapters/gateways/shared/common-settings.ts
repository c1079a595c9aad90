import type { TString } from 'typebox';
import { countryCodes } from '../../../config/country-codes.ts';
import { Type } from '../../../config/setting-words.ts';
import { SHOWN_IN_ID } from '../../../ports/hidden-characters.ts';
import { linkTo, serviceUrl } from '../../http-client/link-settings.ts';
import type { SenderSettings } from './sender.ts';

/*
 * Settings that more than one kind of gateway has.
 */

export const link = linkTo('gateway');

export const gatewayName = (byDefault: string) =>
  Type.String({
    default: byDefault,
    pattern: '^[a-z0-9][a-z0-9-]{0,31}$',
    accepts: '1 to 32 of a-z 0-9 -',
    description: 'Name of the gateway in the log and in the record.',
  });

/** Of an API, without a slash at its end. */
export const baseUrl = (byDefault: string) =>
  Type.String({ ...serviceUrl, default: byDefault, description: 'URL of the API; regional hosts differ.' });

export const sender = (description: string) =>
  Type.String({ pattern: `^${SHOWN_IN_ID}{1,256}$`, accepts: '1 to 256 printable characters', description });

export const sendersOf = (one: (description: string) => TString) =>
  Type.Optional(
    Type.Record(
      Type.String({ pattern: `^(${countryCodes.join('|')})$` }),
      one('Sender for the numbers of that country.'),
      {
        keyAccepts: 'an ISO 3166-1 alpha-2 country code such as BR',
        description:
          "Senders for single countries, by ISO 3166-1 alpha-2 code of the number's country. Absent: none.",
      },
    ),
  );

export const senders = sendersOf(sender);

export const token = (description: string) =>
  Type.String({
    pattern: '^[A-Za-z0-9._~+/=-]{1,256}$',
    accepts: "the value from the gateway's console: 1 to 256 letters, digits and characters of . _ ~ + / = -",
    description,
  });

export const reportVerified = (api: string) =>
  Type.Boolean({
    default: false,
    description: `Report to the gateway which codes were verified, through its ${api}.`,
  });

/** GSM gives senders of letters 11 characters; a name or SID of what the gateway chooses a sender from is none. */
const LETTERS_MAX = 11;

export function longSender({ sender: usual, senders: others }: SenderSettings): string | undefined {
  const isLong = [usual, ...Object.values(others ?? {})].some(
    (name) => name.length > LETTERS_MAX && /\p{L}/u.test(name) && !/^MG[0-9a-f]{32}$/i.test(name),
  );
  return isLong
    ? 'has a sender of letters that is longer than 11 characters, which no phone can show: each text will be refused'
    : undefined;
}

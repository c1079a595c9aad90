import type { SmsMessage } from '../../../ports/sms-gateway.ts';
import { senderFor } from '../shared/sender.ts';
import type { GenericSettings } from './settings.ts';

/** Where a value is put in, and so how it must be written there. */
export type PlaceholderPlace = 'url' | 'header' | 'json' | 'form';

const PLACEHOLDER = /\{(?:secrets\.)?[A-Za-z][A-Za-z0-9]*\}/g;

type PlaceholderTerms = Pick<GenericSettings, 'secrets' | 'encodingWords' | 'sender' | 'senders'>;

export type PlaceholderValues = ReadonlyMap<string, string>;

/** The value of every placeholder for one message. */
export function placeholderValues(message: SmsMessage, terms: PlaceholderTerms): PlaceholderValues {
  const text = message.text.reveal();
  const { gsm7, ucs2 } = terms.encodingWords;
  return new Map([
    ['{to}', message.to.reveal()],
    ['{toDigits}', message.to.reveal().slice(1)],
    ['{sender}', senderFor(message, { ...terms, sender: terms.sender ?? '' })],
    ['{text}', text],
    ['{reference}', message.reference],
    ['{validitySeconds}', String(Math.max(1, Math.floor(message.validityMs / 1000)))],
    ['{country}', message.country ?? ''],
    ['{language}', message.language],
    ['{encoding}', message.encoding === 'gsm-7' ? gsm7 : ucs2],
    ['{dltEntityId}', message.dlt?.entityId ?? ''],
    ['{dltTemplateId}', message.dlt?.templateId ?? ''],
    ...secretValues(terms.secrets),
  ]);
}

/** The values of the placeholders for secrets alone. */
export function secretValues(secrets: PlaceholderTerms['secrets']): Map<string, string> {
  return new Map(Object.entries(secrets).map(([name, secret]) => [`{secrets.${name}}`, secret.reveal()]));
}

/** Puts the values in, written so that none of them can break out of its place. */
export function fillRequestTemplate(
  template: string,
  values: PlaceholderValues,
  place: PlaceholderPlace,
): string {
  return template.replace(PLACEHOLDER, (placeholder) =>
    writeFor(place, values.get(placeholder) ?? placeholder),
  );
}

function writeFor(place: PlaceholderPlace, value: string): string {
  if (place === 'json') return JSON.stringify(value).slice(1, -1);
  return place === 'header' ? value : encodeURIComponent(value);
}

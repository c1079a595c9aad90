import type { OtpContext } from '../../ports/challenge.ts';
import type { Secret } from '../../ports/secret.ts';
import type { DltIds } from '../../ports/sms-gateway.ts';
import { textContextOf } from './sms-texts.ts';

/** What an operator registered with India's operators, who drop other texts: itself and each of its texts. */
export interface DltRegistration {
  readonly entityId: string;
  /** By `language.context`, such as `hi.association`; `default` is for each text not named. */
  readonly templateIds: Readonly<Record<string, string>>;
}

/** A text as it was chosen. */
interface ChosenText {
  /** Language of the text's template. */
  readonly language: string;
  /** `undefined`: the request had none, so the text is the general one. */
  readonly otpContext: OtpContext | undefined;
}

const INDIA = '+91';

/** The ids that go along with a text; `undefined`: it doesn't go to India, or it isn't registered. */
export function dltFor(
  registration: DltRegistration | undefined,
  to: Secret,
  { language, otpContext }: ChosenText,
): DltIds | undefined {
  if (registration === undefined || !to.reveal().startsWith(INDIA)) return undefined;
  const { entityId, templateIds } = registration;
  const templateId = templateIds[`${language}.${textContextOf(otpContext)}`] ?? templateIds['default'];
  return templateId === undefined ? undefined : { entityId, templateId };
}

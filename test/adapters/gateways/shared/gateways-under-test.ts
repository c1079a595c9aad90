import { createAwsGateway } from '../../../../src/adapters/gateways/aws/gateway.ts';
import { settings as aws } from '../../../../src/adapters/gateways/aws/settings.ts';
import { createGenericGateway } from '../../../../src/adapters/gateways/http/gateway.ts';
import { settings as http } from '../../../../src/adapters/gateways/http/settings.ts';
import { createInfobipGateway } from '../../../../src/adapters/gateways/infobip/gateway.ts';
import { settings as infobip } from '../../../../src/adapters/gateways/infobip/settings.ts';
import type { GatewayParts } from '../../../../src/adapters/gateways/shared/gateway-kind.ts';
import { createTwilioGateway } from '../../../../src/adapters/gateways/twilio/gateway.ts';
import { settings as twilio } from '../../../../src/adapters/gateways/twilio/settings.ts';
import { createVonageGateway } from '../../../../src/adapters/gateways/vonage/gateway.ts';
import { settings as vonage } from '../../../../src/adapters/gateways/vonage/settings.ts';
import type { KindSchema } from '../../../../src/config/kinds.ts';
import type { SettingSchema } from '../../../../src/config/setting-schema.ts';
import type { ValuesOf } from '../../../../src/config/values.ts';
import type { SmsGateway } from '../../../../src/ports/sms-gateway.ts';
import { TestClock } from '../../../support/test-clock.ts';

/*
 * Gateways by the settings that a test is about: the others have their defaults, as where an operator leaves them out.
 */

export const openTwilio = opener(twilio, createTwilioGateway);
export const openVonage = opener(vonage, createVonageGateway);
export const openAws = opener(aws, createAwsGateway);
export const openInfobip = opener(infobip, createInfobipGateway);
export const openGeneric = opener(http, createGenericGateway);

type Given<Settings> = { readonly [Name in keyof Settings]?: Settings[Name] | undefined };

/** Settings of a kind, those that are not given by their defaults. */
export function settingsOf<Schema extends KindSchema>(
  schema: Schema,
  given: Given<ValuesOf<Schema>>,
): ValuesOf<Schema> {
  return { ...(defaultOf(schema) as object), ...given } as ValuesOf<Schema>;
}

function defaultOf({
  const: constant,
  default: value = constant,
  required,
  properties = {},
}: SettingSchema): unknown {
  if (value !== undefined || required === undefined) return value;
  const defaults = required.map((name) => [name, defaultOf(properties[name] ?? {})] as const);
  return Object.fromEntries(defaults.filter(([, given]) => given !== undefined));
}

function opener<Schema extends KindSchema>(
  schema: Schema,
  create: (settings: ValuesOf<Schema>, parts: GatewayParts) => SmsGateway,
): (given: Given<ValuesOf<Schema>>, parts?: Partial<GatewayParts>) => SmsGateway {
  return (given, parts) => create(settingsOf(schema, given), { clock: new TestClock(), ...parts });
}

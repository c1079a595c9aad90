import { createAwsGateway } from './adapters/sms/aws.ts';
import { createFailoverGateway } from './adapters/sms/failover.ts';
import { createGenericGateway } from './adapters/sms/generic.ts';
import { InboxGateway } from './adapters/sms/inbox.ts';
import { createInfobipGateway } from './adapters/sms/infobip.ts';
import { createTwilioGateway } from './adapters/sms/twilio.ts';
import { createVonageGateway } from './adapters/sms/vonage.ts';
import type { Config } from './config.ts';
import { measureSms } from './domain/sms-encoding.ts';
import type { Clock } from './ports/clock.ts';
import type { SmsGateway } from './ports/sms-gateway.ts';

type GatewaySettings = Config['sms']['gateway'];

/** What a gateway usually needs for an answer; with less of the budget left, another one is not asked. [OPS-2] */
const ATTEMPT_MS_MIN = 500;

/** The gateway that the settings describe. Nothing is connected yet. */
export function composeGateway(settings: GatewaySettings, clock: Clock): SmsGateway {
  switch (settings.kind) {
    case 'inbox':
      return new InboxGateway(clock);
    case 'twilio':
      return createTwilioGateway(settings);
    case 'vonage':
      return createVonageGateway(settings, isGsm7);
    case 'aws':
      return createAwsGateway(settings, clock);
    case 'infobip':
      return createInfobipGateway(settings);
    case 'http':
      return createGenericGateway(settings, isGsm7);
    case 'failover': {
      const gateways = settings.gateways.map((member) => composeGateway(member, clock));
      const { kind: name, afterUnknown } = settings;
      return createFailoverGateway({ name, gateways, afterUnknown, attemptMsMin: ATTEMPT_MS_MIN, clock });
    }
  }
}

function isGsm7(text: string): boolean {
  return measureSms(text).encoding === 'gsm-7';
}

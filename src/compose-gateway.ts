import { InboxGateway } from './adapters/sms/inbox.ts';
import { createTwilioGateway } from './adapters/sms/twilio.ts';
import type { Config } from './config.ts';
import type { Clock } from './ports/clock.ts';
import type { SmsGateway } from './ports/sms-gateway.ts';

type GatewaySettings = Config['sms']['gateway'];

/** The gateway that the settings describe. Nothing is connected yet. */
export function composeGateway(settings: GatewaySettings, clock: Clock): SmsGateway {
  switch (settings.kind) {
    case 'inbox':
      return new InboxGateway(clock);
    case 'twilio':
      return createTwilioGateway(settings);
  }
}

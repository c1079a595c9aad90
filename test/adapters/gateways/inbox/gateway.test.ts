import { InboxGateway } from '../../../../src/adapters/gateways/inbox/gateway.ts';
import { smsGatewayContract } from '../../../contracts/sms-gateway.ts';
import { TestClock } from '../../../support/test-clock.ts';

smsGatewayContract('The inbox', (behaviour) => {
  // It hangs on purpose, past any deadline.
  if (behaviour === 'silence') return undefined;
  const gateway = new InboxGateway(new TestClock());
  gateway.behave(behaviour, 0);
  return { gateway, secrets: [] };
});

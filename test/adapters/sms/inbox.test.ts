import { InboxGateway } from '../../../src/adapters/sms/inbox.ts';
import { smsGatewayContract } from '../../contracts/sms-gateway.ts';
import { TestClock } from '../../system/test-clock.ts';

smsGatewayContract('The inbox', (behaviour) => {
  // It hangs on purpose, past any deadline.
  if (behaviour === 'silence') return undefined;
  const gateway = new InboxGateway(new TestClock());
  gateway.behave(behaviour, 0);
  return { gateway, secrets: [] };
});

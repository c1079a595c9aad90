import { createAwsReader } from '../../../../src/adapters/gateways/aws/receipts.ts';
import { TestClock } from '../../../support/test-clock.ts';
import { jsonCall } from '../shared/receipt-cases.ts';
import { certUrl, chain, eventOf, notification, root, signed, topicArn } from './sns-messages.ts';

export const url = 'https://receipts.bank.example/receipts/aws';
export const clock = new TestClock();

type Answers = Readonly<Record<string, { readonly status: number; readonly text: string }>>;

export const trust = { askOctets: async () => undefined, roots: [root.certificate] };

/** A reader, and what it asked for. */
export function open(
  answers: Answers = { [certUrl]: { status: 200, text: chain } },
  arn = topicArn,
  time = clock,
) {
  const asked: string[] = [];
  const ask = async (asksFor: string) => {
    asked.push(asksFor);
    return answers[asksFor];
  };
  const read = createAwsReader('aws', { topicArn: arn }, time, ask, trust);
  return { read, asked };
}

export const genuine = () => jsonCall(url, signed(notification(eventOf('TEXT_DELIVERED'))));

import type { Deadline } from '../../../../src/ports/clock.ts';
import type { Delivery, RefusalReason, SmsGateway } from '../../../../src/ports/sms-gateway.ts';

export type Script = (deadline: Deadline) => Delivery | Promise<Delivery>;

export interface Scripted extends SmsGateway {
  script: Script;
  asked: number;
}

/** A gateway that does what the test says. */
export function scripted(name: string, script: Script): Scripted {
  return {
    name,
    script,
    asked: 0,
    async send(_message, deadline) {
      this.asked += 1;
      return this.script(deadline);
    },
    async close() {},
  };
}

export const accepted =
  (gateway: string): Script =>
  () => ({ kind: 'accepted', gateway, messageId: `${gateway}-1` });
export const refused =
  (gateway: string, reason: RefusalReason): Script =>
  () => ({ kind: 'refused', gateway, reason, detail: 'code 1' });
export const unknown =
  (gateway: string): Script =>
  () => ({ kind: 'unknown', gateway, detail: 'cut off' });

import type { ConformanceConfig } from '../../conformance/run/config.ts';
import type { Account } from './reference/rules.ts';
import type { ReferenceServer } from './reference/server.ts';

const known = Array.from({ length: 12 }, (_, index) => ({
  phoneNumber: `+1403555${String(2000 + index)}`,
  associationId: `assoc-known-${index}`,
}));

const others = {
  unknown: { phoneNumber: '+14035550199' },
  notEligible: { phoneNumber: '+14035550101', associationId: 'assoc-not-eligible' },
  closed: { phoneNumber: '+14035550102', associationId: 'assoc-closed' },
  closedAccountTakenOver: { phoneNumber: '+14035550103', associationId: 'assoc-taken-over' },
  closedFraud: { phoneNumber: '+14035550104', associationId: 'assoc-fraud' },
  withoutPhoneNumber: { associationId: 'assoc-no-phone' },
  undeliverable: { phoneNumber: '+14035550105', associationId: 'assoc-undeliverable' },
};

/** Who is known to the reference server. */
export const accounts: readonly Omit<Account, 'wrongCodes'>[] = [
  ...known.map((subject) => ({ ...subject, status: 'active' as const })),
  { ...others.notEligible, status: 'not-eligible' },
  { ...others.closed, status: 'ACCOUNT_CLOSED' },
  { ...others.closedAccountTakenOver, status: 'ACCOUNT_CLOSED_ACCOUNT_TAKEN_OVER' },
  { ...others.closedFraud, status: 'ACCOUNT_CLOSED_FRAUD' },
  { ...others.undeliverable, status: 'undeliverable' },
  { ...others.withoutPhoneNumber, phoneNumber: undefined, status: 'active' },
];

/** What the examiner is told about the reference server. */
export function configFor(server: ReferenceServer): ConformanceConfig {
  return {
    url: server.url,
    subjects: { known, ...others },
    sms: { kind: 'inbox', url: server.inboxUrl },
    timing: { answerMs: 5000, textMs: 200, quietMs: 10 },
    latency: { samples: 12 },
    transport: { plainHttpPort: 1, oversizedBodyBytes: 200_000, slowBodyMs: 4000 },
  };
}

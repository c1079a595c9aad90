import { createSecretKey } from 'node:crypto';
import { phoneNumberSecret } from '../../../src/domain/phone-number.ts';
import { createTemplates } from '../../../src/domain/text/sms-template.ts';
import type { AccountDirectory } from '../../../src/ports/account-directory.ts';

/** Every association id is an active account's, with the number that `phoneNumberOf` makes of the id. */
export function accountsFor(phoneNumberOf: (associationId: string) => string): AccountDirectory {
  return {
    findByAssociationId: async (id) => ({
      accountId: id,
      status: 'active',
      phoneNumber: phoneNumberSecret(phoneNumberOf(id)),
      language: 'en',
    }),
    findByAccountId: async () => undefined,
    findByPhoneNumber: async () => [],
    check: async () => undefined,
    close: async () => undefined,
  };
}

/** Secrets and texts, which are the same in every random history. */
export function secretsAndTexts() {
  const secret = createSecretKey('a secret of the simulation that is long enough', 'utf8');
  const terms = { brand: 'Acme', defaultLanguage: 'en', tokenLine: 'last', codeLength: 6 } as const;
  return {
    keys: { codeSecrets: new Map([['k1', secret]]), activeCodeSecretId: 'k1', digestKey: secret },
    templates: createTemplates({}, terms),
  };
}

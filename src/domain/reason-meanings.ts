/** What the recorded words mean to a person, and which setting is behind them. */
const meanings: Readonly<Record<string, string>> = {
  exhaustionLock:
    'the account exhausted a challenge with wrong codes and is locked for a while (quotas.exhaustionLockMs)',
  failedVerificationsPerAccount:
    'too many wrong codes for the account (quotas.failedVerificationsPerAccount)',
  uncomparedVerificationsPerAccount:
    'too many codes for the account that came too late to be compared (quotas.uncomparedVerificationsPerAccount)',
  coolDownAfterRefusal:
    'a gateway has just refused a text to the account or its number, and was not asked again (quotas.coolDownAfterRefusalMs)',
  refusedTexts:
    'a gateway refused too many texts to the account or its number, and was not asked again (quotas.refusedTexts)',
  coolDown: 'the last text to the account or its number is too recent (quotas.coolDownMs)',
  sendsPerPhoneNumber: 'too many texts to the phone number (quotas.sendsPerPhoneNumber)',
  sendsPerAccount: 'too many texts to the account (quotas.sendsPerAccount)',
  sendsPerCountry: 'too many texts to the country, all users together (quotas.sendsPerCountry)',
  sendsGlobal: 'too many texts, all users together (quotas.sendsGlobal)',
  allowedCountries: "no texts are sent to the number's country (phoneNumbers.allowedCountries)",
  notE164: 'the phone number is not in E.164',
  implausible: 'no such phone number can exist, or it is not mobile (phoneNumbers.refuseImplausible)',
  unknownNumber: 'no account has the phone number',
  closedAccountsOnly: 'only closed accounts have the phone number; those are not reported by number',
  phoneNumberMismatch: 'the account of the association id has another phone number',
  noUsablePhoneNumber: 'the account of the association id has no usable phone number',
  'not-eligible': 'the account is marked not eligible',
  closed: 'the account is closed',
  'closed-account-taken-over': 'the account is closed because somebody took it over',
  'closed-fraud': 'the account is closed for fraud',
  acceptedLate: 'the gateway accepted the text after the earlier answer; no second text was sent',
  restored: 'the database was restored from a backup, which ends the codes of then',
  secretRotated: 'another secret was configured at once, which ends the codes of before',
  superseded: 'a newer code was sent to the account meanwhile, or its codes were ended',
  otherContext:
    'the code was sent for another context than the one that it was consumed for, and was not compared',
  otherAccount: 'the code is of another account than the one that was expected, and was not compared',
  unknownAssociation: 'no account has the association id any more',
  erased: 'what the record told of the person was erased',
  ended: 'the live codes of the account or number were ended by the integrator',
  exhausted: 'wrong codes used up the attempts (codes.attemptsMax)',
  expired: 'the code had expired (codes.validityMs)',
  recipientChanged: 'the account has another phone number than when the code was issued',
  unknownOutcome: 'an earlier text may have left already, and no more are sent (sms.resendUnknown)',
  noChallenge: 'no code was sent for that sendOtp request',
  unverifiedPerCountry:
    'too many texts to the country whose codes nobody typed; nothing is sent there for a while (moneyGuard)',
  unverifiedPerRange:
    'too many texts to a range of numbers whose codes nobody typed; nothing is sent there for a while (moneyGuard)',
  unverifiedPerPrefix:
    'too many texts to adjacent numbers whose codes nobody typed; nothing is sent there for a while (moneyGuard)',
  guardWouldRefuse: 'the money guard only observes, and would have refused the text (moneyGuard.mode)',
  guardExempt: 'the number verified a code before, so the text went in spite of the money guard',
  delivered: 'the gateway says that the phone has the text',
  undelivered: 'the gateway says that the text was not delivered',
  accepted: 'a gateway accepted the text',
  refused: 'the gateway refused the text',
  unknown: 'nobody knows whether the gateway took the text',
  verified: 'the code was right',
  wrong: 'the code was wrong',
  used: 'the code was right, but had been used before',
  wrongAfterUse: 'the code was wrong, and the right one had been used before',
  issued: 'a code was issued and the text handed to the gateway',
  resumed: 'the same code was handed to the gateway again',
};

/** What a recorded reason or event means, and which setting is behind it. `undefined`: this version does not know it. */
export function meaningOf(word: string): string | undefined {
  return Object.hasOwn(meanings, word) ? meanings[word] : undefined;
}

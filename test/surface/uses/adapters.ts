/* An account system, a gateway and a codec of one's own. */
import {
  type Account,
  type AccountDirectory,
  type AccountStatus,
  type AssociationKeeper,
  type AssociationOutcome,
  type Caller,
  type CredentialCheck,
  type Deadline,
  type Delivery,
  type DeliveryReceipt,
  type DltIds,
  type NewAssociation,
  type OpenedBody,
  type PayloadCodec,
  type ReceiptCall,
  type ReceiptReader,
  type ReceiptReading,
  type ReceiptSink,
  type RefusalReason,
  Secret,
  type SmsGateway,
  type SmsMessage,
  type StrayReceipt,
  UnavailableError,
  type UnreachedHost,
} from 'gsp-otp';

/** An account system of one's own. */
export class Directory implements AccountDirectory {
  readonly #accounts: ReadonlyMap<string, Account>;

  constructor(accounts: ReadonlyMap<string, Account>) {
    this.#accounts = accounts;
  }

  async findByAssociationId(associationId: string, deadline: Deadline): Promise<Account | undefined> {
    if (deadline.remainingMs() < 1 || deadline.signal.aborted) throw new UnavailableError('too late');
    return this.#accounts.get(associationId);
  }

  async findByAccountId(accountId: string): Promise<Account | undefined> {
    return [...this.#accounts.values()].find((account) => account.accountId === accountId);
  }

  async findByPhoneNumber(phoneNumber: Secret): Promise<readonly Account[]> {
    return [...this.#accounts.values()].filter(
      (account) => account.phoneNumber?.reveal() === phoneNumber.reveal(),
    );
  }

  readonly associations: AssociationKeeper = {
    associate: async ({ accountId, associationId, attempt }: NewAssociation): Promise<AssociationOutcome> =>
      accountId === '' ? 'unknown-account' : attempt === associationId ? 'malformed' : 'associated',
    dissociate: async (associationId) => (associationId === 'as' ? 'dissociated' : 'unknown-association'),
  };

  async check(): Promise<void> {}
  async close(): Promise<void> {}
}

const status: AccountStatus = 'closed-fraud';
export const account: Account = {
  accountId: 'a',
  status,
  phoneNumber: new Secret('+12025550101'),
  language: undefined,
};

/** A gateway with everything that one may have. */
export function gatewayOf(ask: (message: SmsMessage) => Promise<'yes' | RefusalReason>): SmsGateway {
  const name = 'own';
  const reader: ReceiptReader = async (call: ReceiptCall): Promise<ReceiptReading> => {
    if (call.headers['x-key'] !== 'key') return { kind: 'unauthenticated' };
    if (call.method !== 'POST') return { kind: 'unreadable' };
    const receiptKey = `${name}:${call.url}`;
    const receipt: DeliveryReceipt = { gateway: name, receiptKey, state: 'delivered', detail: '' };
    return { kind: 'receipts', receipts: [receipt] };
  };
  return {
    name,
    async send(message, deadline): Promise<Delivery> {
      const dlt: DltIds | undefined = message.dlt;
      const answer = deadline.remainingMs() > 0 ? await ask(message) : 'throttled';
      if (answer === 'yes') return { kind: 'accepted', gateway: name, messageId: dlt?.entityId };
      return { kind: 'refused', gateway: name, reason: answer, detail: message.encoding };
    },
    readReceipts: reader,
    confirmVerified: async (messageId, deadline) => void [messageId, deadline.atMs],
    checkCredentials: async (): Promise<CredentialCheck> => ({ kind: 'invalid', detail: 'HTTP 401' }),
    probe: async (): Promise<readonly UnreachedHost[]> => [
      { host: 'sms.bank.example', fault: 'ECONNREFUSED' },
    ],
    close: async () => {},
  };
}

/** What became of a text, all of it told apart. */
export function told(delivery: Delivery): string {
  switch (delivery.kind) {
    case 'accepted':
      return delivery.messageId ?? delivery.receiptKey ?? '';
    case 'refused':
      return `${delivery.reason} ${delivery.detail}`;
    case 'unknown':
      void delivery.later?.then((later) => later && told(later));
      return delivery.detail;
  }
}

/** A codec of one's own. */
export const codec: PayloadCodec = {
  mediaType: 'application/x-own',
  contentType: 'application/x-own',
  hasRoom: (caller: Caller, budgetMs: number) => caller.proved || caller.rank < budgetMs,
  open: async (body, _deadline, caller): Promise<OpenedBody> => {
    caller?.prove();
    return body.length > 0 ? { kind: 'opened', payload: body } : { kind: 'unreadable' };
  },
  seal: async (payload) => payload,
  close: async () => {},
};

/** Receipts over a session of one's own. */
export const sink: ReceiptSink = async ({ otherKeys = [] }: DeliveryReceipt) => void otherKeys;
export const stray: StrayReceipt = { gateway: 'own', outcome: 'not-final', detail: 'ENROUTE' };

import type { Deadline } from './clock.ts';
import type { Secret } from './secret.ts';

export type AccountStatus =
  | 'active'
  | 'not-eligible'
  | 'closed'
  | 'closed-account-taken-over'
  | 'closed-fraud';

/** What the integrator knows of one account. */
export interface Account {
  /** The integrator's own id for the account; never sent to Google by these methods. */
  readonly accountId: string;
  readonly status: AccountStatus;
  /** E.164, shown masked. `undefined`: the account has no usable phone on file. [OQ-2] */
  readonly phoneNumber: Secret | undefined;
  /** BCP 47 language tag of the account's texts, such as `pt` or `pt-BR`. `undefined`: the default language. */
  readonly language: string | undefined;
  /** Of several active accounts with one number, whether it is the one that the number alone means. [OQ-86] */
  readonly preferred?: boolean | undefined;
  /**
   * Another one after each change of status or phone number, so that a code ends although both are again what they were.
   * `undefined`: the directory doesn't count them. [OQ-70]
   */
  readonly revision?: number | undefined;
}

/**
 * Finds accounts; does not own them. The look-ups are read-only and safe to repeat. They throw
 * `UnavailableError` when the directory can't answer by the deadline; they never guess, since a wrong
 * ACCOUNT_CLOSED closes the user's instrument for good. [SO-11] An account with a member that isn't of its type, such as an
 * unknown status, is answered 503, and the log tells which member.
 */
export interface AccountDirectory {
  /** `undefined`: no account has that association. Ids are opaque and compared exactly. [HDR-9, FLOW-2] */
  findByAssociationId(associationId: string, deadline: Deadline): Promise<Account | undefined>;

  /**
   * The accounts that carry this number, active ones first, then not eligible, then closed; of each kind
   * the preferred ones first; at most 8.
   * Compared as exact strings. Empty: nobody has it. [TEL-2, OQ-29]
   */
  findByPhoneNumber(phoneNumber: Secret, deadline: Deadline): Promise<readonly Account[]>;

  /** `undefined`: no account has that id of the integrator's. Compared as exact strings. [FLOW-2] */
  findByAccountId(accountId: string, deadline: Deadline): Promise<Account | undefined>;

  /** Of a directory that keeps association ids itself. `undefined`: they can't be written to it. */
  readonly associations?: AssociationKeeper | undefined;

  /** Resolves if the directory answers; throws `UnavailableError` otherwise. For readiness. */
  check(deadline: Deadline): Promise<void>;

  /** Lets go of files and connections. Nothing may be asked afterwards. Safe to call twice. */
  close(): Promise<void>;
}

/** An association as it comes about. */
export interface NewAssociation {
  readonly accountId: string;
  /** 1 to 1024 characters that can be seen, without space at either end. */
  readonly associationId: string;
  /** The request id of the attempt that it came about in. A directory may ignore it, or refuse an id seen in another one. [FLOW-4] */
  readonly attempt: string;
}

/**
 * Writes associations to a directory. Each call is one step, done or not, seen by every later look-up, and safe to repeat.
 * Throws `UnavailableError` when the directory can't do it by the deadline; then nobody knows whether it was done.
 */
export interface AssociationKeeper {
  /**
   * `taken`: the id belongs to another account, or was seen in another attempt; it stays as it is. `malformed`: it can't be an
   * association id. [FLOW-1, FLOW-2, FLOW-4]
   */
  associate(association: NewAssociation, deadline: Deadline): Promise<AssociationOutcome>;

  /** The id names no account any more. `unknown-association`: it named none. */
  dissociate(associationId: string, deadline: Deadline): Promise<'dissociated' | 'unknown-association'>;
}

export type AssociationOutcome = 'associated' | 'unknown-account' | 'taken' | 'malformed';

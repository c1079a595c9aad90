/** What of a server has to go together with what the others on its store have. Nothing in it is secret. */
export interface NodeTraits {
  /** What tells its digest secret from others, and by id, each of its code secrets. */
  readonly digests: string;
  readonly codes: Readonly<Record<string, string>>;
  /** The code secret that it makes codes with. */
  readonly activeCode: string;
  /** By fingerprint, the keys that Google may seal bodies to now, as messages call them. */
  readonly openingKeys: Readonly<Record<string, string>>;
  /** By path, those settings as JSON that should be equal everywhere, such as `quotas.coolDownMs`. */
  readonly settings: Readonly<Record<string, string>>;
}

/** What a server tells the others. */
export interface NodeReport {
  /** For operators, such as `otp-2/4711`. */
  readonly name: string;
  /** Of the program. */
  readonly version: string;
  readonly traits: NodeTraits;
  /** By how much its wall clock is ahead of that of the store; negative: behind. */
  readonly clockAheadMs: number;
  /** How far confirmed time has come. */
  readonly reachedMs: number;
  /** Whether it goes together with those that did before it. */
  readonly fits: boolean;
}

/** Another server that was heard of a short time ago. */
export interface OtherNode extends NodeReport {
  /** It fits, and did before this one, or this one doesn't: then it is this one that is in the wrong. */
  readonly wasFirst: boolean;
}

/** What a server learns when it tells of itself. */
export interface Meeting {
  readonly others: readonly OtherNode[];
  /** Names of those that told what makes no sense: nothing else is known of them. */
  readonly unreadable: readonly string[];
  /** What tells the digest secret that the store goes with from others. `undefined`: nobody has noted one. */
  readonly digests: string | undefined;
}

/** The equal servers that share a store. */
export interface Nodes {
  /** Ms since the Unix epoch, by the clock of the store. Throws `UnavailableError`. */
  time(): Promise<number>;
  /** Tells the others of this server, who believe it for some seconds. Throws `UnavailableError`. */
  meet(own: NodeReport): Promise<Meeting>;
  /** Tells them that this server has stopped. Where that fails, they find out after some seconds. */
  leave(): Promise<void>;
}

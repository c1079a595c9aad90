import type { OtpPolicy, Quota } from '../../../src/domain/limits/otp-policy.ts';

/** What became of a text at the gateway. */
export type Fate = 'accepted' | 'refused' | 'unknown';

interface Code {
  readonly account: number;
  readonly number: number;
  readonly issuedMs: number;
  state: 'sent' | 'refused' | 'unknown' | 'verified' | 'exhausted';
  /** Texts that left, or may have. */
  texts: number;
  /** When the newest of them was handed over. */
  handedOverMs: number;
  endsMs: number;
  wrong: number;
}

interface Request {
  readonly account: number;
  code: Code | undefined;
  /** `undefined`: a retry tries again. */
  final: string | undefined;
}

/**
 * The limits as a document would put them: everything that ever happened stands in lists that forget nothing, and every
 * question goes through all of them. Slow, short, and without a database.
 */
export class LimitsModel {
  readonly codes: Code[] = [];
  readonly #requests = new Map<string, Request>();
  /** Those whose text is or may be out. */
  readonly #out = new Set<Code>();
  /** What happened when, by kind and whom it happened to. */
  readonly #diary = new Map<string, number[]>();
  readonly #policy: OtpPolicy;
  readonly #numberOf: (account: number) => number;

  constructor(policy: OtpPolicy, numberOf: (account: number) => number) {
    this.#policy = policy;
    this.#numberOf = numberOf;
  }

  /** Why a sendOtp is answered as it is: a limit's name, what the gateway says, or what an earlier try came to. */
  send(id: string, account: number, fate: Fate, nowMs: number): string {
    const request = this.#requests.get(id) ?? { account, code: undefined, final: undefined };
    this.#requests.set(id, request);
    if (request.final !== undefined) return `replayed ${request.final}`;
    const { code } = request;
    const reason = (code && this.#standsAgainst(code, nowMs)) ?? this.#limit(request, nowMs);
    if (reason !== undefined) {
      const own = ['exhaustionLock', 'failedVerificationsPerAccount', 'uncomparedVerificationsPerAccount'];
      const final = [...own, 'coolDown', 'sendsPerPhoneNumber', 'sendsPerAccount'].includes(reason);
      // A limit is no answer to a text that may be out.
      if (final && code?.state !== 'unknown') request.final = 'OTP_LIMIT_REACHED';
      if (reason === 'acceptedLate') request.final = 'SUCCESS';
      return reason;
    }
    this.#submit(request, fate, nowMs);
    return fate;
  }

  #standsAgainst(code: Code, nowMs: number): string | undefined {
    if (code.state === 'verified') return 'acceptedLate';
    if (code.state === 'exhausted') return 'exhausted';
    if (this.#superseded(code)) return 'superseded';
    if (code.state === 'refused') return undefined;
    if (nowMs >= code.endsMs) return 'expired';
    return code.texts >= 2 ? 'unknownOutcome' : undefined;
  }

  #submit(request: Request, fate: Fate, nowMs: number): void {
    const { account } = request;
    const number = this.#numberOf(account);
    if (request.code === undefined) {
      const life = { issuedMs: nowMs, handedOverMs: nowMs, endsMs: nowMs + this.#policy.validityMs };
      request.code = { account, number, state: 'refused', texts: 0, wrong: 0, ...life };
      this.codes.push(request.code);
    }
    const { code } = request;
    if (code.state === 'refused') code.endsMs = nowMs + this.#policy.validityMs;
    code.handedOverMs = nowMs;
    if (fate === 'refused') {
      this.#note('refusedAccount', account, nowMs);
      this.#note('refusedNumber', number, nowMs);
      return;
    }
    code.texts += 1;
    this.#out.add(code);
    code.state = fate === 'accepted' ? 'sent' : 'unknown';
    if (fate === 'accepted') request.final = 'SUCCESS';
  }

  /** What a verifyOtp of that sendOtp comes to. */
  type(id: string, right: boolean, nowMs: number): string {
    const code = this.#requests.get(id)?.code;
    if (code === undefined) return 'noChallenge';
    const { account } = code;
    if (code.state === 'verified' && right) return 'used';
    const tooLate = this.#tooLate(code, nowMs);
    if (tooLate !== undefined) {
      this.#note('late', account, nowMs);
      return tooLate;
    }
    if (right) {
      code.state = 'verified';
      return 'verified';
    }
    code.wrong += 1;
    this.#note('wrong', account, nowMs);
    if (code.wrong < this.#policy.attemptsMax) return 'wrong';
    code.state = 'exhausted';
    this.#note('exhausted', account, nowMs);
    return 'exhausted';
  }

  #tooLate(code: Code, nowMs: number): string | undefined {
    if (code.state === 'verified') return 'wrongAfterUse';
    if (code.state === 'exhausted') return 'exhausted';
    if (this.#superseded(code)) return 'superseded';
    if (code.state === 'refused') return 'issued';
    if (nowMs >= code.endsMs) return 'expired';
    const { failedVerificationsPerAccount: quota } = this.#policy;
    return this.#usedUp('wrong', code.account, quota, nowMs) ? 'failedVerificationsPerAccount' : undefined;
  }

  /** Whether the text of a newer code of the account is out. */
  #superseded(code: Code): boolean {
    const newest = this.codes.findLastIndex(({ account, texts }) => account === code.account && texts > 0);
    return newest > this.codes.indexOf(code);
  }

  #limit({ account, code: own }: Request, nowMs: number): string | undefined {
    const policy = this.#policy;
    const number = this.#numberOf(account);
    const texts = (of: (code: Code) => boolean, windowMs: number): number => {
      let sum = 0;
      for (const code of this.#out) {
        if (code.handedOverMs > nowMs - windowMs && of(code)) sum += code.texts;
      }
      return sum;
    };
    const others = (code: Code) => code !== own && (ofAccount(code) || ofNumber(code));
    const ofAccount = (code: Code) => code.account === account;
    const ofNumber = (code: Code) => code.number === number;
    const { sendsPerPhoneNumber, sendsPerAccount, refusedTexts } = policy;
    const lock = { max: 1, windowMs: policy.exhaustionLockMs };
    const pause = { max: 1, windowMs: policy.coolDownAfterRefusalMs };
    const limits: readonly (readonly [string, () => boolean])[] = [
      ['exhaustionLock', () => this.#usedUp('exhausted', account, lock, nowMs)],
      [
        'failedVerificationsPerAccount',
        () => this.#usedUp('wrong', account, policy.failedVerificationsPerAccount, nowMs),
      ],
      [
        'uncomparedVerificationsPerAccount',
        () => this.#usedUp('late', account, policy.uncomparedVerificationsPerAccount, nowMs),
      ],
      ['coolDown', () => texts(others, policy.coolDownMs) > 0],
      ['sendsPerPhoneNumber', () => texts(ofNumber, sendsPerPhoneNumber.windowMs) >= sendsPerPhoneNumber.max],
      ['sendsPerAccount', () => texts(ofAccount, sendsPerAccount.windowMs) >= sendsPerAccount.max],
      ...(['coolDownAfterRefusal', 'refusedTexts'] as const).map((name) => {
        const quota = name === 'refusedTexts' ? refusedTexts : pause;
        const full = () =>
          this.#usedUp('refusedAccount', account, quota, nowMs) ||
          this.#usedUp('refusedNumber', number, quota, nowMs);
        return [name, full] as const;
      }),
    ];
    return limits.find(([, applies]) => applies())?.[0];
  }

  #note(kind: string, of: number, atMs: number): void {
    const key = `${kind} ${of}`;
    this.#diary.set(key, [...(this.#diary.get(key) ?? []), atMs]);
  }

  #usedUp(kind: string, of: number, { max, windowMs }: Quota, nowMs: number): boolean {
    const moments = this.#diary.get(`${kind} ${of}`) ?? [];
    return moments.filter((atMs) => atMs > nowMs - windowMs).length >= max;
  }
}

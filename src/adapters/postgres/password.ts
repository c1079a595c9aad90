/** The password of a role, for new connections. */
export class Password {
  readonly #ask: (() => Promise<string>) | undefined;
  #asking: Promise<string> | undefined;
  #latest: string | undefined;

  /** `ask`: may take its time. `undefined`: none is known. */
  constructor(ask: (() => Promise<string>) | undefined) {
    this.#ask = ask;
  }

  /**
   * Asks before the time for a connection begins, since whoever prints it may take longer. Whoever wants it meanwhile waits
   * for the same. Throws what asking throws.
   */
  async renew(): Promise<void> {
    if (this.#ask === undefined) return;
    this.#asking ??= this.#ask().finally(() => {
      this.#asking = undefined;
    });
    this.#latest = await this.#asking;
  }

  /** Called where the server asks for one; else pg would look in the environment and in files. Throws if there is none. */
  async latest(): Promise<string> {
    if (this.#latest === undefined) await this.renew();
    if (this.#latest !== undefined) return this.#latest;
    throw new Error('the server wants a password');
  }
}

/**
 * A value that may be used but never shown: a phone number, a code, a token, the text of a message.
 *
 * However it is printed (string conversion, JSON, `console.log`, a log line, an assertion's diff) it yields
 * `shown`. Only `reveal()` gives the value, so every place that uses one can be found by that name. [ERR-4]
 */
export class Secret {
  #value: string | undefined;
  readonly #shown: string;

  /**
   * `shown` is what printing yields, for instance a masked phone number; it must itself be harmless. Throws `TypeError`,
   * which doesn't quote the value, unless both are strings.
   */
  constructor(value: string, shown = '[secret]') {
    if (typeof value !== 'string')
      throw new TypeError(`a Secret of type ${typeof value}: make it of a string`);
    if (typeof shown !== 'string') throw new TypeError('what is shown of a Secret is no string');
    this.#value = value;
    this.#shown = shown;
    // What one who was handed it puts in place of `reveal`, all others would use.
    Object.freeze(this);
  }

  reveal(): string {
    // A bug: to go on with an empty one would be worse.
    if (this.#value === undefined) throw new TypeError(`${this.#shown} was forgotten`);
    return this.#value;
  }

  /** Lets go of the value: what has done its work isn't kept for whoever reads the memory later. Safe to call twice. */
  forget(): void {
    this.#value = undefined;
  }

  toString(): string {
    return this.#shown;
  }

  toJSON(): string {
    return this.#shown;
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.#shown;
  }
}

/**
 * Knows what must not stand in a report: phone numbers, codes, matching tokens, texts. What is noted here is
 * shortened wherever it appears, however it got there (an echoed request, an error text, a header).
 */
export class Masks {
  readonly #known = new Map<string, string>();

  /** Notes a secret and what is shown in its place. Values under four characters would hide half the report. */
  note(secret: string, shown: string): void {
    if (secret.length >= 4) this.#known.set(secret, shown);
  }

  notePhoneNumber(phoneNumber: string): void {
    this.note(phoneNumber, `${phoneNumber.slice(0, 3)}…${phoneNumber.slice(-2)}`);
  }

  noteCode(code: string): void {
    this.note(code, '•'.repeat(code.length));
  }

  noteToken(token: string): void {
    // An endpoint may have changed its case, and fail a check for that.
    for (const form of [token, token.toLowerCase(), token.toUpperCase()])
      this.note(form, `${form.slice(0, 2)}…(token)`);
  }

  /** The text with every secret shortened, the longest first so that none survives inside another. */
  hide(text: string): string {
    let hidden = text;
    for (const secret of [...this.#known.keys()].sort((a, b) => b.length - a.length)) {
      // Digits inside longer numbers, such as a timestamp, are not the code.
      if (/^\d+$/.test(secret)) {
        hidden = hidden.replace(new RegExp(`(?<!\\d)${secret}(?!\\d)`, 'g'), this.#shown(secret));
      } else {
        hidden = hidden.replaceAll(secret, this.#shown(secret));
      }
    }
    return hidden;
  }

  #shown(secret: string): string {
    return this.#known.get(secret) ?? '';
  }
}

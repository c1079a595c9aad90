/** Reads the texts that the endpoint sent, or asks somebody for the code in them. */
export interface TextReader {
  /** What it is, for the report. */
  readonly describes: string;
  /** All texts to that number that can still be seen, in any order. `undefined`: it can't show texts. */
  readonly list: ((phoneNumber: string) => Promise<readonly string[]>) | undefined;
  /** Asks for the code of the newest text. `undefined`: the code is read from the text. */
  readonly askCode: ((phoneNumber: string) => Promise<string>) | undefined;
  close(): Promise<void>;
}

/** The texts could not be read: neither the endpoint's fault nor a failure of the suite. */
export class TextsUnreadable extends Error {
  override readonly name = 'TextsUnreadable';
}

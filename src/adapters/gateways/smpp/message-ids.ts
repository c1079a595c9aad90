/**
 * How a gateway writes message ids, first in the answer to a text and then in its receipt. Zeros in front and the case of
 * hexadecimal digits never matter. `same`: the same word in both places; `decimal` and `hex`: a number of that base in
 * both; or a base each, as some have it [help.nexmo.com/hc/en-us/articles/204015663]. `auto`: whichever it is.
 */
export const messageIdForms = [
  'auto',
  'same',
  'decimal',
  'hex',
  'hex-then-decimal',
  'decimal-then-hex',
] as const;

export type MessageIdForm = (typeof messageIdForms)[number];

/** The names by which the text of a receipt may be filed. */
export interface ReceiptNames {
  /** The id as it came, or as the number that it is where the bases differ. */
  readonly receiptKey: string;
  /** Other readings of it. */
  readonly otherKeys: readonly string[];
  /** Readings that are too weak to go by; a text that has one of them makes it open which one is meant. */
  readonly rivalKeys: readonly string[];
}

/** By what texts and receipts of one gateway find each other. [OQ-76] */
export interface MessageIds {
  /** What the text of an answer is filed by; `undefined`: the id is none. */
  receiptKeyOf(answered: string | undefined): string | undefined;
  /** `undefined`: the id is none. */
  namesOf(received: string | undefined): ReceiptNames | undefined;
}

const DECIMAL = /^[0-9]{1,40}$/;
const HEXADECIMAL = /^[0-9a-f]{1,40}$/i;

export function createMessageIds(gateway: string, form: MessageIdForm): MessageIds {
  const fileUnder = (word: string) => `${gateway}:${word}`;
  const answered = readerFor(form, 'answer');
  const received = readerFor(form, 'receipt');
  const bases = createBases();
  return {
    receiptKeyOf(id) {
      if (form === 'auto') bases.noteAnswer(bare(id));
      const word = answered(id);
      return word === undefined ? undefined : fileUnder(word);
    },
    namesOf(id) {
      const word = received(id);
      if (id === undefined || word === undefined) return undefined;
      const { likely, weak } = form === 'auto' ? bases.readingsOf(word) : { likely: [], weak: [] };
      // Where the bases differ, the id as it came may be that of another text.
      const first = form === 'decimal-then-hex' || form === 'hex-then-decimal' ? word : id.trim();
      return {
        receiptKey: fileUnder(first),
        otherKeys: [word, ...likely].filter((other) => other !== first).map(fileUnder),
        rivalKeys: weak.map(fileUnder),
      };
    },
  };
}

/** Fields of a fixed width are filled up with spaces; some gateways mark hexadecimal numbers. */
function bare(id: string | undefined): string | undefined {
  return id?.trim().replace(/^0x(?=[0-9a-f]+$)/i, '');
}

/** What an id in that place comes to; `undefined`: it is none. */
function readerFor(
  form: MessageIdForm,
  place: 'answer' | 'receipt',
): (id: string | undefined) => string | undefined {
  const ofShape = (pattern: RegExp, read: (id: string) => string) => (id: string | undefined) => {
    const word = bare(id);
    return word !== undefined && pattern.test(word) ? read(word) : undefined;
  };
  if (form === 'auto' || form === 'same') return ofShape(/^[\x21-\x7e]{1,100}$/, wordOf);
  if (form === 'decimal') return ofShape(DECIMAL, wordOf);
  if (form === 'hex') return ofShape(HEXADECIMAL, wordOf);
  const isHex = (form === 'hex-then-decimal') === (place === 'answer');
  return isHex ? ofShape(HEXADECIMAL, hexToDecimal) : ofShape(DECIMAL, (id) => String(BigInt(id)));
}

/** Zeros in front and case mean something in words that are no hexadecimal numbers; case doesn't in UUIDs. */
function wordOf(id: string): string {
  if (HEXADECIMAL.test(id)) return id.toLowerCase().replace(/^0+(?=.)/, '');
  return /^[0-9a-f-]+$/i.test(id) ? id.toLowerCase() : id;
}

const hexToDecimal = (word: string) => String(BigInt(`0x${word}`));
const decimalToHex = (word: string) => BigInt(word).toString(16);

/**
 * In which bases a gateway writes ids, as far as those that came until now tell: one letter is enough to know that a place
 * has hexadecimal numbers. A reading in another base is gone by only where a letter shows that the base is another one.
 */
function createBases() {
  let answersAreHex = false;
  let receiptsAreHex = false;
  const hasLetter = (word: string) => HEXADECIMAL.test(word) && !DECIMAL.test(word);
  return {
    noteAnswer(id: string | undefined): void {
      answersAreHex ||= id !== undefined && hasLetter(id);
    },
    readingsOf(word: string): { readonly likely: readonly string[]; readonly weak: readonly string[] } {
      receiptsAreHex ||= hasLetter(word);
      if (!HEXADECIMAL.test(word)) return { likely: [], weak: [] };
      const fromHex = answersAreHex ? [] : [hexToDecimal(word)];
      if (!DECIMAL.test(word)) return { likely: fromHex, weak: [] };
      const fromDecimal = receiptsAreHex ? [] : [decimalToHex(word)];
      const others = [...fromDecimal, ...fromHex].filter((other) => other !== word);
      return { likely: others.filter(hasLetter), weak: others.filter((other) => !hasLetter(other)) };
    },
  };
}

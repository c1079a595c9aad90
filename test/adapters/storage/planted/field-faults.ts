import { CHALLENGE_STATES } from '../../../../src/ports/challenge-moves.ts';

/** What is wrong with one field: its way from the whole value, and what stands there instead. */
export interface FieldFault {
  /** Names and numbers; a name with `()` is that of a function, whose result it is about. */
  readonly path: readonly string[];
  readonly what: 'changed' | 'lost' | 'reversed';
}

/** Fields that may be `undefined`: an engine may lose them. */
const OPTIONAL = new Set([
  ...['answer', 'answeredAtMs', 'country', 'counted', 'guard', 'messageId', 'note', 'otpContext', 'receipt'],
  ...['receiptKey', 'recipient', 'request', 'sendOtpRequestId', 'state', 'text', 'challenge'],
  ...['account', 'association', 'associationDigest', 'uses'],
]);

/** Words that stand for others of their kind. Of any other word one more letter makes another. */
const OTHER_WORDS: Readonly<Record<string, string>> = {
  ...Object.fromEntries(CHALLENGE_STATES.map((state) => [state, state === 'sent' ? 'ambiguous' : 'sent'])),
  ...{ claimed: 'released', completed: 'released', released: 'completed' },
  ...{ delivered: 'undelivered', undelivered: 'delivered' },
  ...{ associated: 'removed', removed: 'associated' },
  ...{ association: 'mandateCreation', mandateCreation: 'association' },
  ...{ account: 'phone-number', 'phone-number': 'account' },
  ...{ sendOtp: 'echo', verifyOtp: 'echo', echo: 'verifyOtp' },
  // A decision that is not applied.
  ...{ issue: 'busy', resume: 'busy', answer: 'busy', judged: 'absent' },
};

const OTHER_MISSTEPS: Readonly<Record<string, string>> = {
  wrong: 'uncompared',
  uncompared: 'wrong',
  exhausted: 'wrong',
};

/** Every way in which a value can be wrong in one field. */
export function faultsOf(value: unknown, path: readonly string[] = []): readonly FieldFault[] {
  const here: FieldFault[] = [];
  const name = path.at(-1) ?? '';
  if (value === undefined || value === null) return here;
  if (OPTIONAL.has(name)) here.push({ path, what: 'lost' });
  if (typeof value === 'function') return faultsOf(value(), [...path.slice(0, -1), `${name}()`]);
  if (typeof value !== 'object' || value instanceof Uint8Array) return [...here, { path, what: 'changed' }];
  if (Array.isArray(value)) {
    if (value.length > 0) here.push({ path, what: 'lost' });
    if (value.length > 1) here.push({ path, what: 'reversed' });
    return [...here, ...faultsOf(value[0], [...path, '0'])];
  }
  return [...here, ...Object.entries(value).flatMap(([key, field]) => faultsOf(field, [...path, key]))];
}

/** The same value with that fault, where it has such a field; else as it is. */
export function withFault(value: unknown, { path, what }: FieldFault, missteps = false): unknown {
  const [first, ...others] = path;
  if (first === undefined) return spoiled(value, what, missteps);
  if (typeof value !== 'object' || value === null) return value;
  const rest = { path: others, what };
  if (Array.isArray(value))
    return value.map((one, at) => (String(at) === first ? withFault(one, rest, missteps) : one));
  const name = first.replace('()', '');
  const field: unknown = Reflect.get(value, name);
  if (field === undefined) return value;
  const inner = missteps || name === 'missteps';
  const changed =
    first === name ? withFault(field, rest, inner) : () => withFault((field as () => unknown)(), rest, inner);
  return { ...value, [name]: changed };
}

function spoiled(value: unknown, what: FieldFault['what'], missteps: boolean): unknown {
  if (Array.isArray(value)) return what === 'reversed' ? value.toReversed() : [];
  if (what === 'lost') return undefined;
  if (typeof value === 'number') return value + 1;
  if (typeof value === 'boolean') return !value;
  if (typeof value === 'string') return (missteps ? OTHER_MISSTEPS : OTHER_WORDS)[value] ?? `${value}x`;
  if (value instanceof Uint8Array) return value.map((octet, at) => (at === 0 ? octet ^ 1 : octet));
  return value;
}

import { isGroup } from './layers.ts';
import { maskPlaceholder } from './literal-credentials.ts';
import { joinPath } from './setting-schema.ts';

/** A text of our examples and documentation that somebody was to replace. */
export interface Placeholder {
  /** Of the setting. */
  readonly path: string;
  /** As it may be shown. */
  readonly text: string;
}

/** `YOUR_SENDER`; `[your sender]`; `CHANGE-ME`; `XXXX`; `TODO` alone or before a colon, since it is a word of brands too. */
const WORDS =
  /\bYOUR[_-][A-Z_-]+|[[{]your\b[^\]}]{0,80}[\]}]|\b(?:CHANGE|REPLACE|FILL)[_-]?(?:ME|THIS)\b|\b(?:change|replace|fill)[_-]?(?:me|this)\b|^TODO$|\bTODO:|\b(?:X{4,}|x{4,})\b/;

/** `<Your Bank>` too. */
const MARKED = new RegExp(`<[^<>]{1,80}>|${WORDS.source}`);

/** In XML, what is between < and > is mostly a tag. */
const MARKED_IN_BODY = new RegExp(`<[Yy]our\\b[^<>]{0,80}>|${WORDS.source}`);

const MARKED_WHOLLY = new RegExp(`^(?:<[^<>]*>|${WORDS.source})$`);

/** Names that belong to nobody, by RFC 2606 and 6761, and numbers that do, by the plan of North America. */
const OF_EXAMPLES =
  /(?:^|[/@.])(?:[a-z0-9-]+\.)*(?:[a-z0-9-]+\.example|example\.(?:com|net|org))(?=$|[:/?#])|^\+1[2-9]\d{2}55501\d{2}$/i;

/** Every text among the settings in which a placeholder was left. Those of our examples that bear no mark are `plain`. */
export function findPlaceholders(values: unknown): {
  readonly marked: readonly Placeholder[];
  readonly plain: readonly Placeholder[];
} {
  const texts = [...textsOf(values, '')];
  return {
    marked: texts.flatMap(({ path, text }) => {
      const found = (path.endsWith('.body') ? MARKED_IN_BODY : MARKED).exec(text)?.[0];
      return found === undefined ? [] : [{ path, text: maskPlaceholder(found) }];
    }),
    plain: texts.flatMap(({ path, text }) => {
      const found = OF_EXAMPLES.exec(text)?.[0];
      return found === undefined ? [] : [{ path, text: found.replace(/^[/@.]/, '') }];
    }),
  };
}

/** Whether a secret is one of those. */
export function isPlaceholder(secret: string): boolean {
  return MARKED_WHOLLY.test(secret);
}

function* textsOf(value: unknown, path: string): Generator<Placeholder> {
  if (typeof value === 'string') yield { path, text: value };
  else if (Array.isArray(value))
    for (const [index, item] of value.entries()) yield* textsOf(item, joinPath(path, String(index)));
  // A secret is no plain object: it is looked at where it is loaded.
  else if (isGroup(value) && Object.getPrototypeOf(value) === Object.prototype)
    for (const [name, member] of Object.entries(value)) yield* textsOf(member, joinPath(path, name));
}

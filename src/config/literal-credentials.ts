/*
 * Credentials that stand in a URL, a header or a body themselves, and not as `{secrets.NAME}`: they are found by what they
 * are called.
 */

const MASK = '***';

/** Headers whose value is for everybody. */
const HARMLESS_HEADERS = new Set([
  'accept',
  'accept-language',
  'cache-control',
  'content-type',
  'user-agent',
]);

const SCHEME = /^(basic|bearer|digest|token|key|apikey|app)\s+/i;

/** So much text without meaning is hardly anything but a key. */
const KEY_CHARACTERS_MIN = 16;

/** Nobody makes so short a key. */
const HARMLESS_CHARACTERS_MAX = 4;

/** A request, or the request templates of one. */
export interface RequestParts {
  readonly url?: string | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly body?: string | undefined;
}

/** Where credentials stand in clear, in words without any of them. */
export function literalCredentials({ url = '', headers = {}, body = '' }: RequestParts): readonly string[] {
  return [
    ...(/^[a-z]+:\/\//i.test(url) && isLiteralUser(userInfoOf(url)) ? ['url (user and password)'] : []),
    ...queryOf(url).flatMap(([name, value]) =>
      isSecretName(name) && isLiteral(value) ? [`url (${shownName(name)})`] : [],
    ),
    ...Object.entries(headers).flatMap(([name, value]) =>
      isCredentialHeader(name, value) ? [`headers.${maskHeaderName(name)}`] : [],
    ),
    ...membersOf(body).flatMap(({ name, value }) =>
      isSecretMember(name) && isLiteral(value) ? [`body (${shownName(name)})`] : [],
    ),
  ];
}

/** A value of the settings as it may be shown: what may be a credential in a URL, a header or a body is masked. */
export function withoutCredentials(value: unknown, name = '', group = ''): unknown {
  if (typeof value === 'string') {
    if (group === 'headers') return maskHeader(name, value);
    return maskUrl(name === 'body' ? maskBody(value) : value);
  }
  if (Array.isArray(value)) return value.map((item) => withoutCredentials(item, name, group));
  // A secret shows itself as it may be shown.
  if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== Object.prototype)
    return value;
  return Object.fromEntries(
    Object.entries(value).map(([member, item]) => [
      name === 'headers' ? maskHeaderName(member) : member,
      withoutCredentials(item, member, name),
    ]),
  );
}

/** A text that may be a URL, without user, password and what looks like a key. */
export function maskUrl(text: string): string {
  // What is before the last at sign of a host is user and password, though it has at signs itself.
  const anonymous = text.replace(/(^|\/\/)([^/?#\s]*)@/g, (all, before, user) =>
    isLiteralUser(user) || (before === '' && user.includes(':')) ? `${before}${MASK}@` : all,
  );
  if (/\s/.test(anonymous)) return anonymous;
  const [path = '', query = ''] = anonymous.split(/(?=[?#])(.*)/s);
  return (/^[a-z]+:\/\//i.test(path) ? maskPath(path) : path) + maskQuery(query);
}

/** Whatever a value is called by, it may be a key, unless it is very short: which gateway calls it `p`, nobody knows here. */
function maskQuery(query: string): string {
  return query
    .replace(/([?&;#])([^=&;#?]+={0,2})(?=[&;#]|$)/g, (all, before, bare) =>
      mayBeKey(bare) ? before + MASK : all,
    )
    .replace(/([?&;#])([^=&;#?]+)=([^&;#]*)/g, (all, before, name, value) =>
      isLiteral(value) && (isSecretName(name) || value.length > HARMLESS_CHARACTERS_MAX)
        ? `${before}${name}=${MASK}`
        : all,
    );
}

/** A text that was given where another one is accepted, as it may be shown. */
export function maskText(text: string): string {
  return mayBeKey(text) ? MASK : maskUrl(text);
}

/** The same of a text that stands between the marks of a placeholder: somebody may have left the marks. */
export function maskPlaceholder(text: string): string {
  return /(?=\w*\d)(?=\w*[A-Za-z])\w{6}/.test(text) ? text.replace(/\w+(?:\W+\w+)*/, MASK) : text;
}

/** The name of a header as it may be shown: hardly any has a digit, and hardly any key has none. */
function maskHeaderName(name: string): string {
  return /^[A-Za-z]+(?:-[A-Za-z]+)*$/.test(name) && name.length <= 64 ? name : MASK;
}

/** The path of a setting as it may be shown: somebody gave the names of headers, secrets and the like. */
export function maskSettingPath(path: string): string {
  const [, group = path, header] = /^(.*\.headers)\.(.+)$/s.exec(path) ?? [];
  const names = group.split('.').map((name) => (name === '' ? name : maskName(name)));
  return [...names, ...(header === undefined ? [] : [maskHeaderName(header)])].join('.');
}

/** A name that somebody gave, as it may be shown: a value may have slipped into its place. */
export function maskName(name: string): string {
  return /^[\w.$-]{1,64}$/.test(name) && !mayBeKey(name) ? name : MASK;
}

/** The name of a variable of the environment that is not set, as it may be shown. */
export function maskVariable(name: string): string {
  return isOfWords(name) ? name : maskName(name);
}

/**
 * The path of a file that can't be read, as it may be shown. A last name with an ending is hardly a key; a key in base64
 * may have become several names.
 */
export function maskFile(file: string): string {
  const names = file.split('/');
  const [last = ''] = names.slice(-1);
  if (isOfWords(last) || /[\w-]\.[a-z]{2,8}$/.test(last)) return file;
  // Folders above are mostly called by a word.
  const first = names.findIndex((name) => name !== '' && !/^[a-z][a-z._-]*$/.test(name));
  const at = names.findIndex((_, index) => index >= first && mayBeKey(names.slice(index).join('/')));
  return first === -1 || at === -1 ? file : [...names.slice(0, at), MASK].join('/');
}

/** An argument of a command line that is not accepted, as it may be shown: the name of what it would set. */
export function maskArgument(text: string): string {
  const [, name = text, value] = /^([^=]+)=(.*)$/s.exec(text) ?? [];
  return value === undefined ? maskText(text) : `${maskText(name)}=${MASK}`;
}

/** Two words or more, with short numbers among them, as names of variables and files are. */
function isOfWords(name: string): boolean {
  const words = name.split(/[._-]+/);
  return (
    name.length <= 64 && words.length > 1 && words.every((word) => /^([A-Za-z]*\d{0,2}|\d{1,4})$/.test(word))
  );
}

/** Of several words one is enough. */
function mayBeKey(text: string): boolean {
  return text.split(/\s+/).some(isKeyLike);
}

/** What is long and has several digits is hardly a word; base64 has slashes too, and capitals, as few paths have. */
function isKeyLike(text: string): boolean {
  const isBase64 = /^(?=.*[a-z])(?=.*[A-Z])[A-Za-z0-9+/]{24,}={0,2}$/.test(text);
  const isLongWord = /^[\w:.~+=%-]{16,}$/.test(text) && /[A-Za-z]/.test(text);
  return (isBase64 || isLongWord) && /(?:[0-9][^0-9]*){3}/.test(text);
}

/** Some gateways have the key within the path. */
function maskPath(url: string): string {
  // The first three are the scheme, nothing and the host.
  return url
    .split('/')
    .map((part, index) => (index >= 3 && mayBeKey(part) ? MASK : part))
    .join('/');
}

function maskHeader(name: string, value: string): string {
  if (HARMLESS_HEADERS.has(name.toLowerCase()) || !isLiteral(value)) return value;
  return isCredentialHeader(name, value) || value.length >= KEY_CHARACTERS_MIN ? MASK : value;
}

function maskBody(body: string): string {
  return membersOf(body).reduce((masked, { name, value, whole }) => {
    const isKey = value.length >= KEY_CHARACTERS_MIN && /^[\w.~+/=-]+$/.test(value);
    if (!isLiteral(value) || !(isSecretMember(name) || isKey)) return masked;
    // The value is the last thing of a member.
    const at = whole.lastIndexOf(value);
    return masked.replace(whole, () => whole.slice(0, at) + MASK + whole.slice(at + value.length));
  }, body);
}

function isCredentialHeader(name: string, value: string): boolean {
  const isNamed = isSecretName(name) && !HARMLESS_HEADERS.has(name.toLowerCase());
  return (isNamed || SCHEME.test(value)) && isLiteral(value.replace(SCHEME, ''));
}

/** Whether there is something that no placeholder stands for. */
function isLiteral(value: string): boolean {
  if (/\{secrets\.[A-Za-z0-9]+\}/.test(value)) return false;
  return /[\p{L}\p{N}]/u.test(value.replace(/\{[A-Za-z.0-9]+\}/g, ''));
}

function userInfoOf(url: string): string {
  const [, userInfo = ''] = /^[a-z]+:\/\/([^/?#@]*(?:@[^/?#@]*)*)@/i.exec(url) ?? [];
  return userInfo;
}

/** A user name alone is none of a secret beside a password that is kept elsewhere; by itself it may be a token. */
function isLiteralUser(userInfo: string): boolean {
  const [user = '', ...password] = userInfo.split(':');
  return password.length === 0 ? isLiteral(user) : isLiteral(password.join(':'));
}

function queryOf(url: string): readonly (readonly [string, string])[] {
  const [, ...parts] = url.split(/[?#]/);
  return parts.flatMap(pairsIn);
}

function pairsIn(text: string): readonly (readonly [string, string])[] {
  return text.split(/[&;]/).flatMap((pair) => {
    const at = pair.indexOf('=');
    return at < 1 ? [] : [[pair.slice(0, at), pair.slice(at + 1)] as const];
  });
}

interface BodyMember {
  readonly name: string;
  readonly value: string;
  readonly whole: string;
}

/** Of a body in JSON, or else of a form. */
function membersOf(body: string): readonly BodyMember[] {
  const json = [...body.matchAll(/"([^"\\]{1,64})"\s*:\s*(?:"((?:[^"\\]|\\.)*)"|(\d+))/g)];
  if (/^\s*[[{]\s*["{[]/.test(body)) {
    return json.map(([whole, name = '', text, number]) => ({ whole, name, value: text ?? number ?? '' }));
  }
  return pairsIn(body).map(([name, value]) => ({ name, value, whole: `${name}=${value}` }));
}

const SECRET_NAMES =
  /password|passwd|passphrase|passcode|passkey|pswd|secret|token|credential|signature|cookie|session|authorization|auth(?!or)|key$|accesskeyid|^(pass|pwd|pw|pin|sig|sign|hash|hmac|jwt)$/;

function isSecretName(name: string): boolean {
  return SECRET_NAMES.test(name.toLowerCase().replace(/%[0-9a-f]{2}|[^a-z0-9]/g, ''));
}

/** In JSON, `key` mostly names what the value beside it is of. */
function isSecretMember(name: string): boolean {
  return name.toLowerCase() !== 'key' && isSecretName(name);
}

function shownName(name: string): string {
  return /^[\w.[\]-]{1,64}$/.test(name) && !mayBeKey(name) ? name : 'a member';
}

import { isObject, refused, type GivenObject } from './given-configuration.ts';

export const notificationTypes = ['email', 'webhook', 'slack'] as const;
export type NotificationType = (typeof notificationTypes)[number];

/** Where a notification goes, and with what. All of it is secret except what `shownTarget` shows. */
export type NotificationTarget =
  | { readonly type: 'email'; readonly email: string }
  | { readonly type: 'webhook'; readonly url: string; readonly headers: Readonly<Record<string, string>> }
  | { readonly type: 'slack'; readonly url: string };

/** What people may read back of a target. */
export type ShownTarget =
  | { readonly type: 'email'; readonly email: string }
  | { readonly type: 'webhook'; readonly host: string; readonly headerNames: readonly string[] }
  | { readonly type: 'slack' };

/** What of a target is given, as it came; on a change the rest stays. */
export type TargetInput = GivenObject;

const urlMax = 2000;
const headersMax = 20;
const headerValueMax = 4000;
const slackOrigin = 'https://hooks.slack.com/';
/** What a request sets by itself, or what would change its frame. */
const ownHeaders = new Set([
  'connection',
  'content-length',
  'expect',
  'host',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

export const shownTarget = (target: NotificationTarget): ShownTarget => {
  switch (target.type) {
    case 'email':
      return target;
    case 'webhook':
      return {
        type: 'webhook',
        host: URL.parse(target.url)?.host ?? '',
        headerNames: Object.keys(target.headers).toSorted(),
      };
    case 'slack':
      return { type: 'slack' };
  }
};

/** requiredText is the text of a member that a type cannot be without. */
const requiredText = (type: NotificationType, name: string, value: unknown): string => {
  if (value === undefined) throw refused(`Missing required configuration keys for ${type}: ${name}.`);
  const text = typeof value === 'string' ? value.trim() : '';
  if (text === '') throw refused(`Configuration key '${name}' is required for ${type}.`);
  return text;
};

const emailOf = (value: unknown): string => {
  const email = requiredText('email', 'email', value).toLowerCase();
  if (email.length > 254 || !/^[^\s@"<>\p{Cc},;:]+@[^\s@"<>\p{Cc},;:]+\.[^\s@"<>\p{Cc},;:.]+$/u.test(email)) {
    throw refused('email: Enter a valid email address.');
  }
  return email;
};

const urlOf = (type: NotificationType, name: string, value: unknown): string => {
  const text = requiredText(type, name, value);
  const url = URL.parse(text);
  const isWeb = url?.protocol === 'https:' || url?.protocol === 'http:';
  if (url === null || !isWeb || text.length > urlMax || /[\s\p{Cc}]/u.test(text)) {
    throw refused(`${name}: Enter a valid URL.`);
  }
  return url.href;
};

const slackUrlOf = (value: unknown): string => {
  const url = urlOf('slack', 'webhook_url', value);
  if (!url.startsWith(slackOrigin)) throw refused(`webhook_url: It starts with ${slackOrigin}`);
  return url;
};

const headersOf = (value: unknown): Record<string, string> => {
  if (!isObject(value)) throw refused('headers must be an object.');
  const headers: Record<string, string> = {};
  const entries: [string, unknown][] = Object.entries(value);
  if (entries.length > headersMax) throw refused(`headers: There are at most ${headersMax} headers.`);
  for (const [name, text] of entries) {
    if (!/^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}$/.test(name) || ownHeaders.has(name.toLowerCase())) {
      throw refused('headers: A name is not one that a header may have.');
    }
    if (Object.keys(headers).some((other) => other.toLowerCase() === name.toLowerCase())) {
      throw refused('headers: A name stands twice.');
    }
    if (typeof text !== 'string') throw refused('HTTP headers must be string key-value pairs.');
    if (text.length > headerValueMax || !/^[\t\x20-\x7e\x80-\xff]*$/.test(text)) {
      throw refused('headers: A value is a text of one line.');
    }
    headers[name] = text;
  }
  return headers;
};

const known: Readonly<Record<NotificationType, readonly string[]>> = {
  email: ['email'],
  webhook: ['url', 'headers'],
  slack: ['webhook_url', 'url'],
};

/** The original keeps the members in `extras`, and takes them so: alone. */
const unwrapped = (given: TargetInput): GivenObject => {
  const { extras } = given;
  if (extras === undefined || Object.keys(given).length > 1) return given;
  if (extras !== null && !isObject(extras)) throw refused('configuration.extras must be an object.');
  return extras ?? {};
};

/**
 * targetOf reads a target: members that are not given stay as in `before`. Throws `request.invalid_parameter` for what is
 * missing, unknown or not of its form; whether an address may be called is not asked here.
 */
export const targetOf = (
  type: NotificationType,
  input: TargetInput,
  before: NotificationTarget | null = null,
): NotificationTarget => {
  const given = unwrapped(input);
  const unknown = Object.keys(given).filter((name) => !known[type].includes(name));
  if (unknown.length > 0) {
    const names = unknown.toSorted().map((name) => name.slice(0, 100));
    throw refused(`Unknown configuration keys for ${type}: ${names.join(', ')}`);
  }
  switch (type) {
    case 'email':
      return { type, email: emailOf(given['email'] ?? (before?.type === type ? before.email : undefined)) };
    case 'webhook': {
      const held = before?.type === type ? before : { url: undefined, headers: {} };
      return {
        type,
        url: urlOf(type, 'url', given['url'] ?? held.url),
        headers: given['headers'] === undefined ? held.headers : headersOf(given['headers'] ?? {}),
      };
    }
    case 'slack': {
      const held = before?.type === type ? before.url : undefined;
      return { type, url: slackUrlOf(given['webhook_url'] ?? given['url'] ?? held) };
    }
  }
};

/** addressOf is the address that a target calls, or null for mail. */
export const addressOf = (target: NotificationTarget): string | null => (target.type === 'email' ? null : target.url);

import { Secret } from '../kernel/index.ts';
import type { MailConfig, SmtpConfig } from './sections.ts';
import type { OptionValues, Problem } from './values.ts';

const addressPattern = /^[^\s<>(),;:"\\[\]@]+@[^\s<>(),;:"\\[\]@]+$/;
const urlFix = 'Give smtps://user:password@host:465 or smtp://host:587, with special characters percent-encoded.';

/** mailOf says how mails leave: by an SMTP server, or not at all. */
export const mailOf = (values: OptionValues, problems: Problem[]): MailConfig => {
  const from = fromOf(values.mailFrom, problems);
  const unaskedPerDay = values.unaskedMails;
  if (values.smtpUrl === null) return { smtp: null, from, unaskedPerDay };
  if (values.mailFrom === null) {
    const problem = 'is missing while VULNGATE_SMTP_URL is given';
    problems.push({ name: 'VULNGATE_MAIL_FROM', given: null, problem, fix: 'Give the address that mails come from.' });
  }
  const smtp = smtpOf(values.smtpUrl.reveal());
  if (smtp === null) {
    problems.push({
      name: 'VULNGATE_SMTP_URL',
      given: null,
      problem: 'is not an address of a mail server',
      fix: urlFix,
    });
  }
  return { smtp, from, unaskedPerDay };
};

const fromOf = (text: string | null, problems: Problem[]): MailConfig['from'] => {
  if (text === null) return { name: 'Vulngate', address: 'vulngate@localhost' };
  const match = /^(?:([^<>\p{Cc}]{0,80}?)\s*<([^<>]+)>|([^<>]+))$/u.exec(text.trim());
  const address = match?.[2] ?? match?.[3] ?? '';
  if (!addressPattern.test(address)) {
    const fix = 'Give an address, or a name and an address: Vulngate <vulngate@example.org>.';
    problems.push({ name: 'VULNGATE_MAIL_FROM', given: text, problem: 'holds no e-mail address', fix });
  }
  return { name: match?.[1]?.replaceAll('"', '') ?? '', address };
};

const smtpOf = (text: string): SmtpConfig | null => {
  const url = URL.parse(text);
  if (url === null || (url.protocol !== 'smtps:' && url.protocol !== 'smtp:') || url.hostname === '') return null;
  // Nothing may weaken the transport from inside the address.
  if (url.search !== '' || url.hash !== '' || !['', '/'].includes(url.pathname)) return null;
  const isImplicitTls = url.protocol === 'smtps:';
  const user = decoded(url.username);
  const password = decoded(url.password);
  if (user === null || password === null) return null;
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
  return {
    host,
    port: url.port === '' ? (isImplicitTls ? 465 : 587) : Number(url.port),
    isImplicitTls,
    isTlsRequired: !(host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host)),
    login: user === '' ? null : { user, password: new Secret(password) },
  };
};

const decoded = (text: string): string | null => {
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
};

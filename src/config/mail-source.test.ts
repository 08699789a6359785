import { describe, expect, test } from 'vitest';
import { AppError } from '../kernel/index.ts';
import { testConfig, type OptionTexts } from './index.ts';

// Risk: a mail with a code leaves in clear, or a price buys something that nobody meant.

const mailFrom = 'Vulngate <vulngate@example.org>';
const smtp = (smtpUrl: string) => testConfig({ smtpUrl, mailFrom }).mail.smtp;

const problemOf = (texts: OptionTexts): string => {
  try {
    testConfig(texts);
    return '';
  } catch (error) {
    return error instanceof AppError ? error.message : String(error);
  }
};

describe('the mail server', () => {
  test('is none, and mails stay here, when no address is given', () => {
    const from = { name: 'Vulngate', address: 'vulngate@localhost' };
    expect(testConfig().mail).toEqual({ smtp: null, from, unaskedPerDay: 100 });
  });

  test('is read from the address with its port, login and transport', () => {
    expect(smtp('smtps://us%40er:p%2Fw@mail.example.org')).toMatchObject({
      host: 'mail.example.org',
      port: 465,
      isImplicitTls: true,
      isTlsRequired: true,
      login: { user: 'us@er' },
    });
    expect(smtp('smtps://u:p%2Fw@mail.example.org')?.login?.password.reveal()).toBe('p/w');
    expect(smtp('smtp://mail.example.org:2525')).toMatchObject({ port: 2525, isImplicitTls: false, login: null });
    expect(smtp('smtp://[::1]')).toMatchObject({ host: '::1', port: 587, isTlsRequired: false });
  });

  test.each(['mail.example.org', '127.example.org', '10.0.0.1', 'localhost.example.org'])(
    'must speak TLS when it is another machine: %s',
    (host) => expect(smtp(`smtp://${host}`)?.isTlsRequired).toBe(true),
  );

  test.each(['localhost', '127.0.0.1'])('may do without on this machine: %s', (host) =>
    expect(smtp(`smtp://${host}:1025`)?.isTlsRequired).toBe(false),
  );

  test.each([
    'https://mail.example.org',
    'smtp://:25',
    'mail.example.org:25',
    'smtps://mail.example.org/?tls.rejectUnauthorized=false',
    'smtps://u:%ZZ@mail.example.org',
  ])('is refused when the address is none, and not repeated: %s', (smtpUrl) => {
    const message = problemOf({ smtpUrl, mailFrom });
    expect(message).toContain('VULNGATE_SMTP_URL');
    expect(message).not.toContain(smtpUrl);
  });

  test('needs a sender that is one address', () => {
    expect(problemOf({ smtpUrl: 'smtps://mail.example.org' })).toContain('VULNGATE_MAIL_FROM');
    expect(problemOf({ mailFrom: 'nobody' })).toContain('VULNGATE_MAIL_FROM');
    expect(problemOf({ mailFrom: 'a@b.org, c@d.org' })).toContain('VULNGATE_MAIL_FROM');
    expect(testConfig({ mailFrom: '"Ops" <a@b.org>' }).mail.from).toEqual({ name: 'Ops', address: 'a@b.org' });
    expect(testConfig({ mailFrom: 'a@b.org' }).mail.from).toEqual({ name: '', address: 'a@b.org' });
  });
});

describe('prices', () => {
  test('buy a tier of a subscription or a plan of a person', () => {
    const { prices } = testConfig({ stripePrices: '{"price_1":{"tier":"plus"},"price_2":{"plan":"pro"}}' }).billing;
    expect(Object.fromEntries(prices)).toEqual({
      price_1: { kind: 'subscription', tier: 'plus' },
      price_2: { kind: 'user', plan: 'pro' },
    });
  });

  test.each([
    '{"price_1":{"tier":"gold"}}',
    '{"price_1":{"tier":"plus","plan":"pro"}}',
    '{"a b":{"tier":"plus"}}',
    '[]',
  ])('that say anything else are refused: %s', (stripePrices) =>
    expect(problemOf({ stripePrices })).toContain('VULNGATE_STRIPE_PRICES'),
  );
});

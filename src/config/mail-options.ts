import type { Option } from './option.ts';

/** mailOptions are the options of outgoing mail and of billing: rows of the one table in `options.ts`. */
export const mailOptions = [
  {
    key: 'smtpUrl',
    env: 'VULNGATE_SMTP_URL',
    section: 'mail',
    kind: 'secret',
    default: null,
    description:
      'Mail server: `smtps://user:password@host:465`, or `smtp://…:587`, where STARTTLS is required unless the host is this machine. Not set: mails stay in the local outbox (`mail list`).',
    example: 'smtps://vulngate:password@mail.example.org:465',
  },
  {
    key: 'mailFrom',
    env: 'VULNGATE_MAIL_FROM',
    section: 'mail',
    kind: 'text',
    default: null,
    description: 'Sender of all mails: an address, or a name and an address. Needed with VULNGATE_SMTP_URL.',
    example: 'Vulngate <vulngate@example.org>',
  },
  {
    key: 'unaskedMails',
    env: 'VULNGATE_UNASKED_MAILS',
    section: 'mail',
    kind: 'integer',
    default: '100',
    minimum: 1,
    maximum: 100_000,
    description:
      'Invitations and requests for confirmation that one organisation, with its projects, may have mailed in a day. Whoever has them mailed, one address gets ten at the most.',
    example: '500',
  },
  {
    key: 'stripeWebhookSecret',
    env: 'VULNGATE_STRIPE_WEBHOOK_SECRET',
    section: 'billing',
    kind: 'secret',
    default: null,
    description: 'Signing secret of the Stripe webhook endpoint. Not set: no billing events are taken.',
    example: 'whsec_…',
  },
  {
    key: 'stripePrices',
    env: 'VULNGATE_STRIPE_PRICES',
    section: 'billing',
    kind: 'json',
    default: null,
    description:
      'What each Stripe price buys: a `tier` of a subscription (free, plus, pro, business, enterprise) or a `plan` of a person (starter, pro, enterprise).',
    example: '{"price_1Plus":{"tier":"plus"},"price_1Pro":{"plan":"pro"}}',
  },
] as const satisfies readonly Option[];

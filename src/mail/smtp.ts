import type { Transporter } from 'nodemailer';
import type { MailConfig, SmtpConfig } from '../config/index.ts';
import { messageIdOf } from './envelope.ts';
import type { MailRow } from './store.ts';

/** What became of an attempt: `refused` for good by the server, or `failed` for now. The reason holds no text of the mail. */
export type Delivery = { readonly kind: 'sent' } | { readonly kind: 'refused' | 'failed'; readonly reason: string };

const connectMs = 15_000;
const silenceMs = 30_000;

const fieldOf = (error: unknown, name: 'code' | 'command' | 'responseCode'): string | number | null => {
  if (!(error instanceof Error)) return null;
  const value: unknown = Reflect.get(error, name);
  return typeof value === 'string' || typeof value === 'number' ? value : null;
};

/** deliveryOf judges an error of the transport by its codes: servers repeat what they like in their texts. */
export const deliveryOf = (error: unknown): Delivery => {
  const [code, command, response] = [fieldOf(error, 'code'), fieldOf(error, 'command'), fieldOf(error, 'responseCode')];
  const reason = [code, command, response].filter((part) => part !== null).join(' ') || 'unknown failure';
  // A refused login is the operator's to mend; only what the server says of this mail is final.
  const isFinal = typeof response === 'number' && response >= 500 && code !== 'EAUTH' && code !== 'ETLS';
  return { kind: isFinal ? 'refused' : 'failed', reason };
};

/** The mail client is loaded with the first mail. */
const openTransport = async (smtp: SmtpConfig): Promise<Transporter> => {
  const { createTransport } = await import('nodemailer');
  return createTransport({
    host: smtp.host,
    port: smtp.port,
    secure: smtp.isImplicitTls,
    requireTLS: smtp.isTlsRequired && !smtp.isImplicitTls,
    ignoreTLS: !smtp.isTlsRequired && !smtp.isImplicitTls,
    tls: { minVersion: 'TLSv1.2' },
    ...(smtp.login === null ? {} : { auth: { user: smtp.login.user, pass: smtp.login.password.reveal() } }),
    connectionTimeout: connectMs,
    greetingTimeout: connectMs,
    dnsTimeout: connectMs,
    socketTimeout: silenceMs,
    // A text must never be taken for the name of something to read.
    disableFileAccess: true,
    disableUrlAccess: true,
  });
};

/** smtpDelivery returns the function that hands one mail to the server, on a connection of its own. */
export const smtpDelivery = (smtp: SmtpConfig, from: MailConfig['from']): ((mail: MailRow) => Promise<Delivery>) => {
  let transport: Promise<Transporter> | null = null;
  return async (mail) => {
    transport ??= openTransport(smtp);
    const client = await transport;
    try {
      await client.sendMail({
        envelope: { from: from.address, to: [mail.recipient] },
        from,
        to: { name: '', address: mail.recipient },
        subject: mail.subject,
        text: mail.body,
        messageId: messageIdOf(mail, from.address),
        date: new Date(mail.created_at_ms),
        headers: { 'Auto-Submitted': 'auto-generated' },
      });
      return { kind: 'sent' };
    } catch (error) {
      return deliveryOf(error);
    }
  };
};

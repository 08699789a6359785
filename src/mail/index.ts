/**
 * Mail: what the server writes to people. It owns the outbox of the control plane and its delivery by SMTP; without a mail
 * server the outbox is where the operator reads.
 *
 * Invariants: a mail exists exactly when the transaction that wrote it committed; it is plain text; no address or subject
 * can add a header or a recipient; a mail that is sent twice, because a process ended between sending and noting it, has
 * one Message-ID; mails that nobody asked for are few a day, for an organisation and to an address; nothing goes to another
 * machine without TLS; the text is never logged, and is deleted once it is sent.
 *
 * It does not know what it says. It throws `mail.not_found`, `mail.limited` and `request.invalid_parameter` (an address that
 * is none).
 */
export { createMailer, type Mailer, type MailerDeps } from './mailer.ts';
export type { Mail, MailState, MailSummary, NewMail } from './types.ts';

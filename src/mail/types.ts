/** `local`: kept for the operator, because no mail server is configured. */
export type MailState = 'waiting' | 'sent' | 'local' | 'failed';

export interface NewMail {
  /** One address, without a name. */
  readonly to: string;
  /** One line; control characters become spaces. */
  readonly subject: string;
  readonly text: string;
  /** The organisation that has it mailed to somebody who has not asked for it. Such mails are few a day. */
  readonly askedBy?: string;
  /** A second mail with this key is not written. */
  readonly dedupeKey?: string;
}

/** Times are epoch milliseconds. */
export interface MailSummary {
  readonly id: number;
  readonly to: string;
  readonly subject: string;
  readonly state: MailState;
  readonly createdAtMs: number;
  readonly sentAtMs: number | null;
  /** Why the last attempt failed. */
  readonly lastError: string | null;
}

export interface Mail extends MailSummary {
  /** Empty once the mail has been sent. */
  readonly text: string;
}

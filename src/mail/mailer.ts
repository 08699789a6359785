import type { MailConfig } from '../config/index.ts';
import { fail, type Clock, type Log } from '../kernel/index.ts';
import type { Control, Db } from '../storage/index.ts';
import { checkedAddress, oneLine, plainText } from './envelope.ts';
import { smtpDelivery } from './smtp.ts';
import {
  deleteMail,
  deleteMailsBefore,
  deleteMailsTo,
  findMail,
  insertMail,
  listMails,
  listUnaskedTimes,
  updateMail,
  type MailRow,
} from './store.ts';
import type { Mail, MailSummary, NewMail } from './types.ts';

/** What is asked of the queue, as its module gives it. */
interface Jobs {
  enqueue(
    tx: Db,
    job: { readonly kind: string; readonly payload: { readonly mail: number }; readonly dedupeKey?: string },
  ): Promise<boolean>;
  register(
    kind: string,
    work: (turn: { readonly payload: Readonly<Record<string, unknown>> }) => Promise<JobEnd>,
    rules: {
      readonly attemptsMax: number;
      readonly backoff: { readonly firstMs: number; readonly maxMs: number };
      readonly onFailed: (tx: Db, payload: Readonly<Record<string, unknown>>, reason: string) => Promise<void>;
    },
  ): void;
}

type JobEnd = { readonly kind: 'done' } | { readonly kind: 'retry' | 'failed'; readonly reason: string };

export interface MailerDeps {
  readonly control: Control;
  readonly clock: Clock;
  readonly log: Log;
  readonly queue: Jobs;
  readonly config: MailConfig;
}

export interface Mailer {
  /**
   * send writes a mail to the outbox in the caller's transaction; it leaves after the commit, or stays when there is no
   * mail server. Throws `request.invalid_parameter` for a recipient that is not one address, and `mail.limited` for one more
   * mail that nobody asked for than an organisation may have sent, or an address gets, in a day.
   */
  send(tx: Db, mail: NewMail): Promise<void>;
  /** list returns the newest mails first, 1000 at most by default. */
  list(limit?: number): Promise<MailSummary[]>;
  /** show throws `mail.not_found`. */
  show(id: number): Promise<Mail>;
  /** forget forgets every mail to an address, also those that wait, and returns how many. */
  forget(tx: Db, address: string): Promise<number>;
  /** prune forgets mails that were sent, kept or given up and made before an instant, and returns how many. */
  prune(beforeMs: number): Promise<number>;
}

const jobKind = 'mail.deliver';
/** Twelve attempts over about a day: a mail server that is down overnight loses nothing. */
const attemptsMax = 12;
const backoff = { firstMs: 15_000, maxMs: 4 * 3_600_000 };

const dayMs = 86_400_000;
/** To one address, whichever organisations have them sent. */
const unaskedToAddressMax = 10;

const summaryOf = (row: MailRow): MailSummary => ({
  id: row.id,
  to: row.recipient,
  subject: row.subject,
  state: row.state,
  createdAtMs: row.created_at_ms,
  sentAtMs: row.sent_at_ms,
  lastError: row.last_error,
});

export const createMailer = ({ control, clock, log, queue, config }: MailerDeps): Mailer => {
  const deliver = config.smtp === null ? null : smtpDelivery(config.smtp, config.from);

  const work = async (id: number): Promise<JobEnd> => {
    const mail = await findMail(control.db, id);
    if (mail === undefined || mail.state !== 'waiting') return { kind: 'done' };
    if (deliver === null) {
      await updateMail(control.db, id, { state: 'local' });
      return { kind: 'done' };
    }
    const delivery = await deliver(mail);
    if (delivery.kind === 'sent') {
      // The text may hold a code or a link that still works; nobody needs it here any more.
      await updateMail(control.db, id, { state: 'sent', body: '', sent_at_ms: clock.nowMs(), last_error: null });
      log.info('mail.sent', { mail: id });
      return { kind: 'done' };
    }
    await updateMail(control.db, id, { last_error: delivery.reason });
    return { kind: delivery.kind === 'refused' ? 'failed' : 'retry', reason: delivery.reason };
  };
  queue.register(jobKind, ({ payload }) => work(Number(payload['mail'])), {
    attemptsMax,
    backoff,
    onFailed: (tx, payload, reason) => updateMail(tx, Number(payload['mail']), { state: 'failed', last_error: reason }),
  });

  /** What was taken back again since has been mailed all the same: the mails are counted, not what they are about. */
  const requireFew = async (tx: Db, askedBy: string, recipient: string): Promise<void> => {
    // One after the other, or many at once would each find room for the last one.
    await control.engine.takeTurns(tx);
    const nowMs = clock.nowMs();
    for (const [whose, most] of [
      [{ askedBy }, config.unaskedPerDay],
      [{ recipient }, unaskedToAddressMax],
    ] as const) {
      const oldestMs = (await listUnaskedTimes(tx, whose, nowMs - dayMs, most))[most - 1];
      if (oldestMs !== undefined) {
        throw fail('mail.limited', { detail: { retry_after: Math.ceil((oldestMs + dayMs - nowMs) / 1000) } });
      }
    }
  };

  return {
    send: async (tx, { to, subject, text, dedupeKey, askedBy = '' }) => {
      const recipient = checkedAddress(to);
      if (askedBy !== '') await requireFew(tx, askedBy, recipient);
      const id = await insertMail(tx, {
        recipient,
        asked_by: askedBy,
        subject: oneLine(subject),
        body: plainText(text),
        state: deliver === null ? 'local' : 'waiting',
        created_at_ms: clock.nowMs(),
      });
      if (deliver === null && dedupeKey === undefined) return;
      const isNew = await queue.enqueue(tx, {
        kind: jobKind,
        payload: { mail: id },
        ...(dedupeKey === undefined ? {} : { dedupeKey: `mail:${dedupeKey}` }),
      });
      if (!isNew) await deleteMail(tx, id);
    },
    list: async (limit = 1000) => (await listMails(control.db, limit)).map(summaryOf),
    show: async (id) => {
      const row = await findMail(control.db, id);
      if (row === undefined) throw fail('mail.not_found', { message: `No mail ${id}` });
      return { ...summaryOf(row), text: row.body };
    },
    forget: deleteMailsTo,
    prune: (beforeMs) => deleteMailsBefore(control.db, beforeMs),
  };
};

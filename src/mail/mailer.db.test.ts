import type { Socket } from 'node:net';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';
import { expect, onTestFinished, test } from 'vitest';
import type { MailConfig } from '../config/index.ts';
import { createLog, fail, ManualClock, Secret, seededRandom, silentLog } from '../kernel/index.ts';
import { createQueue } from '../queue/index.ts';
import { inTransaction } from '../storage/index.ts';
import { eachEngine, type TestDatabase } from '../../test/support/engines.ts';
import { createMailer } from './index.ts';

// Risk: a code or link never arrives, arrives at somebody else, or stays readable where nobody needs it.

const from = { name: 'Vulngate', address: 'vulngate@example.org' };
const local: MailConfig = { smtp: null, from, unaskedPerDay: 100 };

interface Received {
  readonly from: string;
  readonly to: readonly string[];
  readonly raw: string;
}

/** A real SMTP server on loopback. `options` are laid over one that takes everything in clear. */
const mailServer = async (options: SMTPServerOptions = {}) => {
  const received: Received[] = [];
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    logger: false,
    onData: (stream, session, done) => {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        const { mailFrom, rcptTo } = session.envelope;
        received.push({
          from: mailFrom === false ? '' : mailFrom.address,
          to: rcptTo.map(({ address }) => address),
          raw: Buffer.concat(chunks).toString('utf8'),
        });
        done();
      });
    },
    ...options,
  });
  server.on('error', () => undefined);
  const open = new Set<Socket>();
  server.server.on('connection', (socket: Socket) => open.add(socket));
  const listening = Promise.withResolvers<void>();
  server.listen(0, '127.0.0.1', () => listening.resolve());
  await listening.promise;
  onTestFinished(() => new Promise<void>((resolve) => server.close(() => resolve())));
  const address = server.server.address();
  if (address === null || typeof address === 'string') throw new Error('the mail server has no port');
  const smtp = { host: '127.0.0.1', port: address.port, isImplicitTls: false, isTlsRequired: false, login: null };
  return { received, open, config: { ...local, smtp } satisfies MailConfig };
};

const mailerOn = (database: TestDatabase, config: MailConfig, clock = new ManualClock(), log = silentLog) => {
  const queue = createQueue({ control: database, clock, random: seededRandom('mail'), log });
  return { queue, clock, mailer: createMailer({ control: database, clock, log, queue, config }) };
};

const mail = { to: 'ada@example.org', subject: 'Your code', text: 'The code is 123456.\n' };
const messageId = (raw: string): string => /^Message-ID: (\S+)\r$/im.exec(raw)?.[1] ?? '';

eachEngine('mail', (makeDatabase) => {
  test('stays in the outbox when there is no mail server, listed newest first and shown with its text', async () => {
    const database = await makeDatabase();
    const { mailer, queue } = mailerOn(database, local);
    await mailer.send(database.db, mail);
    await mailer.send(database.db, { ...mail, subject: 'Second', dedupeKey: 'k' });
    await mailer.send(database.db, { ...mail, subject: 'Third', dedupeKey: 'k' });
    await queue.runDue();
    const list = await mailer.list();
    expect(list).toMatchObject([
      { subject: 'Second', state: 'local' },
      { to: 'ada@example.org', subject: 'Your code', state: 'local' },
    ]);
    expect(await mailer.show(list[1]?.id ?? 0)).toMatchObject({ text: mail.text });
  });

  test('is not written when the transaction is rolled back', async () => {
    const database = await makeDatabase();
    const { mailer } = mailerOn(database, local);
    const broken = inTransaction(database.db, async (tx) => {
      await mailer.send(tx, mail);
      throw fail('internal.unexpected');
    });
    await expect(broken).rejects.toMatchObject({ code: 'internal.unexpected' });
    expect(await mailer.list()).toEqual([]);
  });

  test('is delivered as plain text by the server, once, and its text is forgotten then', async () => {
    const database = await makeDatabase();
    const { received, config } = await mailServer();
    const { mailer, queue } = mailerOn(database, config);
    await mailer.send(database.db, { ...mail, subject: 'Schlüssel läuft ab' });
    await queue.runDue();
    await queue.runDue();
    expect(received).toMatchObject([{ from: from.address, to: ['ada@example.org'] }]);
    const raw = received[0]?.raw ?? '';
    expect(raw).toContain('The code is 123456.');
    expect(raw).toContain('Content-Type: text/plain');
    expect(raw).not.toContain('text/html');
    const [sent] = await mailer.list();
    expect(sent).toMatchObject({ state: 'sent', subject: 'Schlüssel läuft ab', lastError: null });
    expect(await mailer.show(sent?.id ?? 0)).toMatchObject({ text: '' });
  });

  test('is tried again after a refusal for now and after a dropped connection', async () => {
    const database = await makeDatabase();
    let connections = 0;
    const { received, open, config } = await mailServer({
      onMailFrom: (_address, _session, done) => {
        connections += 1;
        if (connections === 1) return done(Object.assign(new Error('later'), { responseCode: 451 }));
        // The line goes dead in the middle of the conversation.
        if (connections === 2) return open.forEach((socket) => socket.destroy());
        return done();
      },
    });
    const { mailer, queue, clock } = mailerOn(database, config);
    await mailer.send(database.db, mail);
    await queue.runDue();
    expect(await mailer.list()).toMatchObject([{ state: 'waiting', lastError: expect.stringContaining('451') }]);
    clock.advance(15_000);
    await queue.runDue();
    clock.advance(30_000);
    await queue.runDue();
    expect(received).toHaveLength(1);
    expect(await mailer.list()).toMatchObject([{ state: 'sent' }]);
  });

  test('waits while nothing listens, and is sent when the server is back', async () => {
    const database = await makeDatabase();
    const { received, config } = await mailServer();
    const { smtp } = config;
    const dead = mailerOn(database, { ...local, smtp: { ...smtp, port: 1 } });
    await dead.mailer.send(database.db, mail);
    await dead.queue.runDue();
    expect(await dead.mailer.list()).toMatchObject([{ state: 'waiting' }]);
    const { queue, clock, mailer } = mailerOn(database, config);
    clock.advance(15_000);
    await queue.runDue();
    expect(received).toHaveLength(1);
    expect(await mailer.list()).toMatchObject([{ state: 'sent' }]);
  });

  test('is given up when the server refuses the recipient for good', async () => {
    const database = await makeDatabase();
    const { config } = await mailServer({
      onRcptTo: (_address, _session, done) => done(Object.assign(new Error('nobody here'), { responseCode: 550 })),
    });
    const { mailer, queue } = mailerOn(database, config);
    await mailer.send(database.db, mail);
    expect(await queue.runDue()).toBe(1);
    expect(await mailer.list()).toMatchObject([{ state: 'failed', lastError: expect.stringContaining('550') }]);
  });

  test('that was sent but not noted before the process ended has the same Message-ID again', async () => {
    const database = await makeDatabase();
    const { received, config } = await mailServer();
    const { mailer, queue } = mailerOn(database, config);
    await mailer.send(database.db, mail);
    await queue.runDue();
    // What a crash between the two leaves behind.
    await database.db.updateTable('mails').set({ state: 'waiting', body: mail.text }).execute();
    await database.db.updateTable('jobs').set({ state: 'waiting' }).execute();
    await queue.runDue();
    expect(received).toHaveLength(2);
    const [first, second] = received.map(({ raw }) => messageId(raw));
    expect(first).toMatch(/^<\d+\.[0-9a-f]{32}@example\.org>$/);
    expect(second).toBe(first);
  });

  test('never goes to another machine, or over a required TLS, in clear', async () => {
    const database = await makeDatabase();
    const { received, config } = await mailServer();
    const { mailer, queue } = mailerOn(database, { ...local, smtp: { ...config.smtp, isTlsRequired: true } });
    await mailer.send(database.db, mail);
    await queue.runDue();
    expect(received).toEqual([]);
    expect(await mailer.list()).toMatchObject([{ state: 'waiting' }]);
  });

  test('keeps its text and the password of the server out of the log', async () => {
    const database = await makeDatabase();
    const lines: string[] = [];
    const log = createLog({ level: 'debug', nowMs: () => 0, write: (line) => void lines.push(line) });
    const { config } = await mailServer({
      onAuth: (_auth, _session, done) => done(new Error('wrong')),
      authOptional: false,
      allowInsecureAuth: true,
    });
    const login = { user: 'vulngate', password: new Secret('hunter-2222') };
    const { mailer, queue } = mailerOn(database, { ...local, smtp: { ...config.smtp, login } }, new ManualClock(), log);
    await mailer.send(database.db, mail);
    await queue.runDue();
    const printed = lines.join('');
    expect(printed).toContain('queue.attempt_failed');
    expect(printed).not.toMatch(/123456|hunter-2222|ada@example/);
  });

  test.each([
    'a@b.org, c@d.org',
    'a@b.org\r\nBcc: c@d.org',
    'Ada <a@b.org>',
    'a@b.org>\n',
    '@b.org',
    'a',
    `${'a'.repeat(250)}@b.org`,
  ])('refuses the recipient %j', async (to) => {
    const database = await makeDatabase();
    const { mailer } = mailerOn(database, local);
    await expect(mailer.send(database.db, { ...mail, to })).rejects.toMatchObject({
      code: 'request.invalid_parameter',
    });
    expect(await mailer.list()).toEqual([]);
  });

  test('cannot be given another header by its subject, or another end by its text', async () => {
    const database = await makeDatabase();
    const { received, config } = await mailServer();
    const { mailer, queue } = mailerOn(database, config);
    const text = 'one\r\n.\r\nMAIL FROM:<evil@example.org>\r\ntwo\u0000';
    await mailer.send(database.db, { ...mail, subject: 'Hi\r\nBcc: evil@example.org\u2028X: y', text });
    await queue.runDue();
    expect(received).toHaveLength(1);
    expect(received[0]?.to).toEqual(['ada@example.org']);
    expect(received[0]?.raw).not.toMatch(/^(Bcc|X):/im);
    expect(received[0]?.raw).toContain('two');
  });

  test('that nobody asked for leaves as often a day as an organisation may, however many are sent at once', async () => {
    const database = await makeDatabase();
    const { mailer, clock } = mailerOn(database, { ...local, unaskedPerDay: 4 });
    const sendAs = (askedBy: string, to: string) =>
      inTransaction(database.db, (tx) => mailer.send(tx, { ...mail, to, askedBy }));
    await mailer.send(database.db, mail);
    await sendAs('org_a', 'first@example.org');
    clock.advance(60_000);
    const tries = Array.from({ length: 8 }, (_, index) => sendAs('org_a', `p${index}@example.org`));
    const outcomes = await Promise.allSettled(tries);
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(3);
    const limited = { code: 'mail.limited', detail: { retry_after: 86_340 } };
    await expect(sendAs('org_a', 'late@example.org')).rejects.toMatchObject(limited);
    expect(await mailer.list()).toHaveLength(5);
    await sendAs('org_b', 'late@example.org');
    await mailer.send(database.db, mail);
    clock.advance(86_340_000);
    await sendAs('org_a', 'late@example.org');
    await expect(sendAs('org_a', 'later@example.org')).rejects.toMatchObject({ detail: { retry_after: 60 } });
  });

  test('that nobody asked for reaches one address ten times a day, whichever organisations send it', async () => {
    const database = await makeDatabase();
    const { mailer, clock } = mailerOn(database, local);
    const sendAs = (askedBy: string, to = mail.to) => mailer.send(database.db, { ...mail, to, askedBy });
    for (let count = 0; count < 10; count += 1) await sendAs(`org_${count}`);
    await expect(sendAs('org_new')).rejects.toMatchObject({ code: 'mail.limited', detail: { retry_after: 86_400 } });
    await sendAs('org_new', 'somebody-else@example.org');
    await mailer.send(database.db, mail);
    clock.advance(86_400_000);
    await sendAs('org_new');
  });

  test('is forgotten by age unless it waits', async () => {
    const database = await makeDatabase();
    const { mailer, clock } = mailerOn(database, local);
    await mailer.send(database.db, mail);
    clock.advance(1000);
    expect(await mailer.prune(clock.nowMs())).toBe(1);
    expect(await mailer.list()).toEqual([]);
  });
});

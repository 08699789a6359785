import { SMTPServer } from 'smtp-server';
import { atEnd, until } from './process.ts';

/** A real mail server on loopback that takes everything and asks for a password; it ends with the test. */
export interface MailServer {
  /** For VULNGATE_SMTP_URL. */
  readonly url: string;
  /** The password in that address. */
  readonly password: string;
  /** textTo waits for a mail to an address that matches, and returns what the pattern's first group found. */
  textTo(to: string, pattern: RegExp): Promise<string>;
}

interface Received {
  readonly to: readonly string[];
  readonly text: string;
}

/** Lines of a mail that were too long for its encoding, joined again. */
const decoded = (raw: string): string =>
  raw
    .replaceAll('=\r\n', '')
    .replaceAll(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCodePoint(parseInt(hex, 16)));

export const startMailServer = async (): Promise<MailServer> => {
  const received: Received[] = [];
  const password = 'canary-of-the-mail-server';
  const server = new SMTPServer({
    allowInsecureAuth: true,
    disabledCommands: ['STARTTLS'],
    logger: false,
    onAuth: (given, _session, done) =>
      given.password === password ? done(null, { user: given.username ?? '' }) : done(new Error('wrong password')),
    onData: (stream, session, done) => {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        const to = session.envelope.rcptTo.map(({ address }) => address);
        received.push({ to, text: decoded(Buffer.concat(chunks).toString('utf8')) });
        done();
      });
    },
  });
  server.on('error', () => undefined);
  const listening = Promise.withResolvers<void>();
  server.listen(0, '127.0.0.1', () => listening.resolve());
  await listening.promise;
  atEnd(() => new Promise<void>((resolve) => server.close(() => resolve())));
  const address = server.server.address();
  if (address === null || typeof address === 'string') throw new Error('the mail server has no port');
  return {
    url: `smtp://vulngate:${password}@127.0.0.1:${address.port}`,
    password,
    textTo: (to, pattern) =>
      until(() => {
        // Each mail is found once, so that the next code is not the last one.
        const index = received.findIndex((mail) => mail.to.includes(to) && pattern.test(mail.text));
        const [mail] = index < 0 ? [] : received.splice(index, 1);
        return mail === undefined ? null : (pattern.exec(mail.text)?.[1] ?? null);
      }, `a mail to ${to}`),
  };
};

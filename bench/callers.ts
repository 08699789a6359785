import { createCipheriv, randomBytes } from 'node:crypto';
import { loadConfig } from '../src/config/index.ts';
import { operatorActor, silentLog, systemClock, systemRandom } from '../src/kernel/index.ts';
import { openParts, type Parts } from '../src/parts.ts';
import { hexChecksum } from '../src/credentials/formats/checksum.ts';
import { subscriptionKey } from '../src/credentials/formats/subscription-key.ts';

/** withParts opens the control plane of a data folder as a command would, and closes it again. */
export const withParts = async <T>(
  folder: string,
  env: Readonly<Record<string, string>>,
  work: (parts: Parts) => Promise<T>,
): Promise<T> => {
  const config = loadConfig({ env, overrides: { data: folder } });
  const parts = await openParts({ config, clock: systemClock, random: systemRandom, log: silentLog });
  try {
    return await work(parts);
  } finally {
    await parts.close();
  }
};

/** Enough for any run, and still a limit that every charge is held against. */
export const plentyMillicredits = 1e15;

/** issueCallers makes subscriptions with a key each, through the verbs that the commands use. Returns the keys. */
export const issueCallers = (
  folder: string,
  count: number,
  env: Readonly<Record<string, string>> = {},
): Promise<readonly string[]> =>
  withParts(folder, env, async ({ accounts, credentials }) => {
    const email = 'bench@example.org';
    await accounts.users.create({ actor: operatorActor, email });
    const presented: string[] = [];
    for (let made = 0; made < count; made += 1) {
      const { id: ownerId } = await accounts.subscriptions.create({
        actor: operatorActor,
        email,
        tier: 'enterprise',
        creditsMillicredits: plentyMillicredits,
      });
      const issued = await credentials.issue({
        actor: operatorActor,
        family: 'subscription-key',
        ownerId,
        name: `caller ${made}`,
      });
      presented.push(issued.presented);
    }
    return presented;
  });

/** What the control plane holds at the end of a run. */
export interface Books {
  readonly usageRows: number;
  readonly usageRowsOk: number;
  readonly chargedMillicredits: number;
  readonly ledgerMillicredits: number;
  readonly ledgerRequests: number;
}

const readBooks = async ({ control }: Parts): Promise<Books> => {
  const usage = await control.db
    .selectFrom('usage')
    .select(({ fn, eb }) => [
      fn.countAll<number | string>().as('rows'),
      fn.sum<number | string>(eb.case().when('status', '=', 200).then(1).else(0).end()).as('ok'),
      fn.sum<number | string>('charged_millicredits').as('charged'),
    ])
    .executeTakeFirstOrThrow();
  const ledger = await control.db
    .selectFrom('meters')
    .select(({ fn }) => [
      fn.sum<number | string>('charged_total_millicredits').as('charged'),
      fn.sum<number | string>('requests_total').as('requests'),
    ])
    .executeTakeFirstOrThrow();
  return {
    usageRows: Number(usage.rows),
    usageRowsOk: Number(usage.ok),
    chargedMillicredits: Number(usage.charged),
    ledgerMillicredits: Number(ledger.charged),
    ledgerRequests: Number(ledger.requests),
  };
};

/**
 * auditBooks throws unless ledger, usage rows and the answers that clients counted agree to the last request. For a
 * folder whose server has stopped.
 */
export const auditBooks = (
  folder: string,
  env: Readonly<Record<string, string>>,
  served: number,
  priceMillicredits: number,
): Promise<Books> =>
  withParts(folder, env, async (parts) => {
    const books = await readBooks(parts);
    const wrong = [
      ...(await parts.admission.discrepancies()).map((each) => `owner ${each.ownerId} differs from its usage`),
      ...(books.usageRows === served ? [] : [`${books.usageRows} usage rows`]),
      ...(books.usageRowsOk === served ? [] : [`${books.usageRowsOk} usage rows with status 200`]),
      ...(books.ledgerRequests === served ? [] : [`${books.ledgerRequests} requests in the ledger`]),
      ...(books.chargedMillicredits === served * priceMillicredits ? [] : [`${books.chargedMillicredits} charged`]),
      ...(books.ledgerMillicredits === books.chargedMillicredits ? [] : [`${books.ledgerMillicredits} in the ledger`]),
    ];
    if (wrong.length > 0) throw new Error(`${served} answers of status 200, but: ${wrong.slice(0, 10).join('; ')}`);
    return books;
  });

/** Endless bytes that are as good as random and cost next to nothing: for millions of made-up credentials. */
const byteStream = (): { bytes(length: number): Buffer } => {
  const cipher = createCipheriv('aes-128-ctr', randomBytes(16), randomBytes(16));
  return { bytes: (length) => cipher.update(Buffer.alloc(length)) };
};

/** Kinds of made-up keys of the flood. `forged` have a checksum that holds, which anyone may compute. */
export const madeUpKeys = (count: number, kind: 'noise' | 'forged'): readonly string[] => {
  const random = byteStream();
  return Array.from({ length: count }, (_, index) => {
    const real = subscriptionKey.mint(random).presented;
    if (kind === 'forged') return real;
    const digits = real.replaceAll('-', '');
    switch (index % 4) {
      case 0: // well-formed, wrong checksum
        return real.slice(0, -8) + hexChecksum(`${digits.slice(0, 56)}x`);
      case 1: // too short
        return real.slice(0, 40);
      case 2: // no key at all
        return random.bytes(45).toString('base64url');
      default: // upper case
        return real.toUpperCase();
    }
  });
};

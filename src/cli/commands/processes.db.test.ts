/** Risk: processes that start at once on one installation damage it, or a server goes on serving what a command revoked. */
import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { expect, onTestFinished, test } from 'vitest';
import { openParts } from '../../parts.ts';
import { processEnvironment, testConfig } from '../../config/index.ts';
import { ManualClock, operatorActor as actor, silentLog, systemRandom } from '../../kernel/index.ts';
import { callerAddress, requestOf } from '../../../test/support/actors.ts';
import { eachEngine, type TestDatabase } from '../../../test/support/engines.ts';

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

const program = join(import.meta.dirname, '../../main.ts');

interface Installation {
  readonly folder: string;
  readonly databaseUrl: string | null;
}

/** run starts the program as a process of its own and returns the object that it prints. */
const run = ({ folder, databaseUrl }: Installation, ...args: string[]): Promise<Readonly<Record<string, unknown>>> =>
  new Promise((done, failed) => {
    const env = databaseUrl === null ? {} : { VULNGATE_DATABASE_URL: databaseUrl };
    const options = { env: { PATH: processEnvironment()['PATH'], VULNGATE_DATA: folder, ...env } };
    execFile(process.execPath, [program, ...args, '--json'], options, (error, stdout, stderr) => {
      if (error !== null) failed(new Error(`${args.join(' ')}: ${error.message} ${stderr}`));
      else done(JSON.parse(stdout) as Record<string, unknown>);
    });
  });

/** installationOn is an empty folder and, on PostgreSQL, a database without a single table. */
const installationOn = async (makeDatabase: () => Promise<TestDatabase>): Promise<Installation> => {
  const folder = await mkdtemp(join(tmpdir(), 'vulngate-processes-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const database = await makeDatabase();
  if (database.settings.engine === 'sqlite') return { folder: join(folder, 'data'), databaseUrl: null };
  await sql`drop schema public cascade`.execute(database.db);
  await sql`create schema public`.execute(database.db);
  return { folder: join(folder, 'data'), databaseUrl: database.settings.url.reveal() };
};

const partsOn = ({ folder, databaseUrl }: Installation, clock = new ManualClock()) =>
  openParts({
    config: testConfig({ data: folder, ...(databaseUrl === null ? {} : { databaseUrl }) }),
    clock,
    random: systemRandom,
    log: silentLog,
  });

eachEngine('processes', (makeDatabase) => {
  test('that make an installation at once make one, and each does its work', async () => {
    const installation = await installationOn(makeDatabase);
    const made = await Promise.all(
      [1, 2, 3, 4].map((number) => run(installation, 'user', 'create', '--email', `u${number}@example.org`)),
    );
    expect(new Set(made.map(({ id }) => id)).size).toBe(4);
    const keyring = await readFile(join(installation.folder, 'keyring.json'), 'utf8');
    expect((await readdir(installation.folder)).filter((name) => !name.startsWith('control.db'))).toEqual([
      'keyring.json',
    ]);
    const parts = await partsOn(installation);
    expect(parts.keyring.text().reveal()).toBe(keyring);
    for (const { email, id } of made)
      expect(await parts.accounts.users.findByEmail(String(email))).toMatchObject({ id });
    await parts.close();
  });

  test('that revoke take effect in a running one for every request that starts afterwards', async () => {
    const installation = await installationOn(makeDatabase);
    const clock = new ManualClock();
    const parts = await partsOn(installation, clock);
    onTestFinished(parts.close);
    const { email } = await parts.accounts.users.create({ actor, email: 'ada@example.org' });
    const { id: ownerId } = await parts.accounts.subscriptions.create({ actor, email, tier: 'enterprise' });
    const { id, presented } = await parts.credentials.issue({ actor, family: 'subscription-key', ownerId, name: 'x' });
    const ask = async (): Promise<string> => {
      for (const fresh of [false, true]) {
        const outcome = await parts.credentials.verify({
          family: 'subscription-key',
          presented,
          address: callerAddress,
          fresh,
        });
        if (outcome.kind === 'refused') return outcome.code;
        const { kind } = await parts.admission.admit(requestOf(outcome.credential));
        if (kind !== 'stale') return kind;
      }
      return 'stale';
    };
    let isRevoked = false;
    const after: string[] = [];
    let served = 0;
    const client = async (): Promise<void> => {
      while (after.length < 100) {
        const startedRevoked = isRevoked;
        const answer = await ask();
        if (startedRevoked) after.push(answer);
        else if (answer === 'admitted') served += 1;
        // A refusal may come without a turn of the event loop, and the other process must be heard.
        await turn();
      }
    };
    // Time passes a millisecond a turn, for what waits until the other process has written.
    let isOver = false;
    const passing = (async () => {
      while (!isOver) {
        clock.advance(1);
        await turn();
      }
    })();
    const clients = Promise.all(Array.from({ length: 8 }, client));
    expect(await run(installation, 'credential', 'revoke', '--id', id)).toMatchObject({ state: 'revoked' });
    isRevoked = true;
    await clients;
    isOver = true;
    await passing;
    expect(served).toBeGreaterThan(0);
    expect(new Set(after)).toEqual(new Set(['credential.revoked']));
    expect(await parts.admission.discrepancies()).toEqual([]);
  });
});

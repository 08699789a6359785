import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { loadConfig } from '../src/config/index.ts';
import { openKeyring } from '../src/keyring/index.ts';
import { openPeppers } from '../src/credentials/index.ts';
import { digestOf } from '../src/credentials/digest.ts';
import { subscriptionKey } from '../src/credentials/formats/subscription-key.ts';
import { newId, silentLog, systemClock, systemRandom } from '../src/kernel/index.ts';
import { controlSchemaVersion, openControl } from '../src/storage/index.ts';
import { plentyMillicredits } from './callers.ts';
import { copyToDisk } from './copy.ts';
import type { Context } from './scenario.ts';

/** A data folder with that many stored credentials, of which `active` are known by their secrets. */
export interface Population {
  readonly folder: string;
  readonly active: readonly string[];
}

const rowsPerTransaction = 20_000;
const files = ['control.db', 'keyring.json', 'active.json'] as const;

/** insertAll writes subscriptions, ledger rows and credentials as the verbs do, past them: a million of them in a minute. */
const insertAll = async (folder: string, stored: number, active: number): Promise<readonly string[]> => {
  const config = loadConfig({ env: {}, overrides: { data: folder } });
  const control = await openControl(config.database, silentLog);
  const keyring = openKeyring({ source: config.keyring, random: systemRandom, clock: systemClock });
  const peppers = await openPeppers(keyring, control.db);
  await control.close();
  const pepper = peppers.values.get(peppers.current);
  if (pepper === undefined) throw new Error('no current pepper');

  const database = new DatabaseSync(join(folder, 'control.db'));
  database.exec('pragma journal_mode = wal; pragma synchronous = off; pragma cache_size = -1000000');
  const nowMs = Date.now();
  const userId = newId(systemRandom, 'usr');
  database
    .prepare('insert into users (id, email, name, state, created_at_ms) values (?, ?, ?, ?, ?)')
    .run(userId, 'bench@example.org', '', 'active', nowMs);
  const subscription = database.prepare(
    `insert into subscriptions (id, user_id, tier, status, started_at_ms, period_end_ms, past_due_since_ms,
       credits_millicredits, created_at_ms, updated_at_ms) values (?, ?, 'enterprise', 'active', ?, null, null, ?, ?, ?)`,
  );
  const meter = database.prepare(
    `insert into meters (owner_id, fence, version, anchor_ms, period_start_ms, period_end_ms, used_millicredits,
       charged_total_millicredits, requests_total, recent) values (?, 1, 1, 0, 0, 0, 0, 0, 0, '')`,
  );
  const credential = database.prepare(
    `insert into credentials (id, family, owner_id, name, lookup, salt, digest, pepper_version, masked, state,
       expires_at_ms, overlap_until_ms, successor_id, allowed_addresses, scopes, created_at_ms, state_changed_at_ms)
     values (?, 'subscription-key', ?, 'bench', ?, ?, ?, ?, ?, 'active', null, null, null, '[]', '{"*":"write"}', ?, ?)`,
  );
  const activity = database.prepare(
    `insert into credential_activity (credential_id, owner_id, requests, last_used_at_ms, last_used_address)
     values (?, ?, 0, null, null)`,
  );
  const known: string[] = [];
  const everyNth = stored / active;
  for (let from = 0; from < stored; from += rowsPerTransaction) {
    database.exec('begin');
    for (let index = from; index < Math.min(stored, from + rowsPerTransaction); index += 1) {
      const { presented, lookup, masked } = subscriptionKey.mint(systemRandom);
      const salt = systemRandom.bytes(16).toString('hex');
      const owner = newId(systemRandom, 'sub');
      const id = newId(systemRandom, 'crd');
      subscription.run(owner, userId, nowMs, plentyMillicredits, nowMs, nowMs);
      meter.run(owner);
      credential.run(id, owner, lookup, salt, digestOf(pepper, salt, presented), peppers.current, masked, nowMs, nowMs);
      activity.run(id, owner);
      if (index >= known.length * everyNth) known.push(presented);
    }
    database.exec('commit');
  }
  database.exec('pragma wal_checkpoint(truncate)');
  database.close();
  return known;
};

/** population gives a fresh copy of a data folder that is filled once and kept between runs. */
export const population = async (context: Context, stored: number, active: number): Promise<Population> => {
  const built = join(context.cacheFolder, `credentials-${controlSchemaVersion}-${stored}-${active}`);
  if (!existsSync(built)) {
    context.say(`storing ${stored} credentials, once`);
    const draft = `${built}.building-${process.pid}`;
    context.cleanup(() => rmSync(draft, { recursive: true, force: true }));
    mkdirSync(draft, { recursive: true });
    writeFileSync(join(draft, 'active.json'), JSON.stringify(await insertAll(draft, stored, active)));
    renameSync(draft, built);
  }
  const folder = join(context.folder, `stored-${stored}`);
  mkdirSync(folder);
  for (const name of files) copyToDisk(join(built, name), join(folder, name));
  return { folder, active: JSON.parse(readFileSync(join(folder, 'active.json'), 'utf8')) as string[] };
};

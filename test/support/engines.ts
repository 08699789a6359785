import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, onTestFinished } from 'vitest';
import type { OptionTexts } from '../../src/config/index.ts';
import { Secret, silentLog } from '../../src/kernel/index.ts';
import { openControl, type Control, type ControlSettings, type EngineName } from '../../src/storage/index.ts';
import { postgresCommand } from './postgres-command.ts';

/** A migrated control plane of its own, and the settings with which another connection or process may open it too. */
export interface TestDatabase extends Control {
  readonly settings: ControlSettings;
}

export type MakeDatabase = () => Promise<TestDatabase>;

/** postgresUrl is the server that the test run started or was given; without one the suites on PostgreSQL are skipped. */
export const postgresUrl = (): string | null => process.env['VULNGATE_TEST_POSTGRES_URL'] ?? null;

/**
 * eachEngine runs a suite once on SQLite and once on PostgreSQL. Every call of `makeDatabase` gives an empty, migrated
 * database that nobody else uses: closed and deleted after the test that made it, or after the suite when a `beforeAll`
 * did. Closing it earlier is allowed.
 */
export const eachEngine = (name: string, suite: (makeDatabase: MakeDatabase, engine: EngineName) => void): void => {
  describe(`${name} on sqlite`, () => suite(maker(sqliteDatabases()), 'sqlite'));
  const server = postgresUrl();
  if (server === null) describe.skip(`${name} on postgres (no server)`, () => suite(unreachable, 'postgres'));
  else describe(`${name} on postgres`, () => suite(maker(postgresDatabases(server)), 'postgres'));
};

/** optionsOf has a whole program use a database of PostgreSQL; an embedded one it makes in its own data folder. */
export const optionsOf = ({ settings }: TestDatabase): OptionTexts =>
  settings.engine === 'postgres' ? { databaseUrl: settings.url.reveal(), databasePool: '6' } : {};

const unreachable: MakeDatabase = () => Promise.reject(new Error('a skipped suite asked for a database'));

/** Where databases come from: `create` prepares one, `drop` deletes it, `end` deletes what served all of them. */
interface Source {
  create(): Promise<ControlSettings>;
  drop(settings: ControlSettings): Promise<void>;
  end(): Promise<void>;
}

const maker = (source: Source): MakeDatabase => {
  const remaining = new Set<() => Promise<void>>();
  afterAll(async () => {
    for (const discard of remaining) await discard();
    await source.end();
  });
  return async () => {
    const settings = await source.create();
    const control = await openControl(settings, silentLog);
    let closing: Promise<void> | null = null;
    const close = (): Promise<void> => (closing ??= control.close());
    const discard = async (): Promise<void> => {
      remaining.delete(discard);
      await close();
      await source.drop(settings);
    };
    remaining.add(discard);
    try {
      onTestFinished(discard);
    } catch {
      // Made outside a test, by a hook of the suite: afterAll takes care of it.
    }
    return { ...control, close, settings };
  };
};

const sqliteDatabases = (): Source => {
  let folder: Promise<string> | null = null;
  let made = 0;
  return {
    create: async () => {
      folder ??= mkdtemp(join(tmpdir(), 'vulngate-control-'));
      made += 1;
      return { engine: 'sqlite', path: join(await folder, `${made}`, 'control.db') };
    },
    drop: async (settings) => {
      if (settings.engine === 'sqlite') await rm(join(settings.path, '..'), { recursive: true, force: true });
    },
    end: async () => {
      if (folder !== null) await rm(await folder, { recursive: true, force: true });
    },
  };
};

/** Connections a test database may hold; a file makes several databases, and the server has 400 in all. */
const poolSize = 6;

const postgresDatabases = (server: string): Source => {
  const at = (database: string): ControlSettings => {
    const url = new URL(server);
    url.pathname = `/${database}`;
    return { engine: 'postgres', url: new Secret(url.href), poolSize };
  };
  const command = (text: string): Promise<void> => postgresCommand(server, text);
  const newName = (): string => `vulngate_test_${randomBytes(8).toString('hex')}`;
  const dropNamed = (database: string): Promise<void> => command(`drop database if exists ${database} with (force)`);

  // Migrated once a suite, then copied: a copy costs the server a fraction of a migration.
  let template: Promise<string> | null = null;
  const makeTemplate = async (): Promise<string> => {
    const name = newName();
    await command(`create database ${name} encoding 'UTF8' template template0`);
    const control = await openControl(at(name), silentLog);
    await control.close();
    return name;
  };
  return {
    create: async () => {
      template ??= makeTemplate();
      const name = newName();
      await command(`create database ${name} template ${await template}`);
      return at(name);
    },
    drop: async (settings) => {
      if (settings.engine === 'postgres') await dropNamed(new URL(settings.url.reveal()).pathname.slice(1));
    },
    end: async () => {
      if (template !== null) await dropNamed(await template);
    },
  };
};

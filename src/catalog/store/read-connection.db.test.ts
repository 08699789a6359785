/** Risk: of two programs that start on a catalogue of an earlier version, one gives up, or both empty it. */
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, onTestFinished, test } from 'vitest';
import { catalogSchemaVersion } from '../schema.ts';
import { closeIngest, lockIngest, openForIngest, storedVersion } from './ingest-database.ts';
import { createCatalogFile } from './read-connection.ts';
import { sampleFolder } from './read-samples.suite.ts';

const olderCatalogue = (): string => {
  const path = join(sampleFolder(), 'catalog.db');
  const older = new DatabaseSync(path);
  older.exec(`create table meta (key text primary key, value text not null);
    insert into meta values ('schema_version', '1');
    create table record (id integer primary key, cve_id text); insert into record values (1, 'CVE-2024-0001')`);
  older.close();
  return path;
};

const open = (path: string): DatabaseSync => {
  const database = new DatabaseSync(path);
  onTestFinished(() => database.close());
  return database;
};

test('waits for another program that empties it, and leaves what that has filled in since', () => {
  const path = olderCatalogue();
  const unlock = lockIngest(path);
  let waits = 0;
  createCatalogFile(path, () => {
    waits += 1;
    if (waits < 3) return;
    const filling = openForIngest(path);
    filling.exec("insert into meta values ('filled', 'yes')");
    closeIngest(filling);
  });
  unlock();
  expect(waits).toBe(3);
  const database = open(path);
  expect(storedVersion(database)).toBe(catalogSchemaVersion);
  expect(database.prepare("select value from meta where key = 'filled'").get()).toEqual({ value: 'yes' });
});

test('empties it where the other program ended without doing so', () => {
  const path = olderCatalogue();
  const unlock = lockIngest(path);
  let waits = 0;
  createCatalogFile(path, () => {
    waits += 1;
    if (waits === 3) unlock();
  });
  expect(waits).toBe(3);
  expect(storedVersion(open(path))).toBe(catalogSchemaVersion);
});

test('gives up when an import of the earlier version goes on, and leaves it alone', () => {
  const path = olderCatalogue();
  const unlock = lockIngest(path);
  let waits = 0;
  expect(() => createCatalogFile(path, () => void (waits += 1))).toThrow(
    expect.objectContaining({ code: 'catalog.ingest_running' }),
  );
  unlock();
  expect(waits).toBe(500);
  expect(storedVersion(open(path))).toBe(1);
});

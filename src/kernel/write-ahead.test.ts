import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, onTestFinished, test } from 'vitest';
import { enterWriteAhead } from './write-ahead.ts';

// Risk: of two programs that start on a new folder together, one gives up.

const twoConnections = () => {
  const folder = mkdtempSync(join(tmpdir(), 'vulngate-write-ahead-'));
  const open = (): DatabaseSync => new DatabaseSync(join(folder, 'new.db'), { timeout: 0 });
  const [first, second] = [open(), open()];
  onTestFinished(() => {
    first.close();
    second.close();
    rmSync(folder, { recursive: true });
  });
  return { first, second };
};

const modeOf = (database: DatabaseSync): unknown => database.prepare('pragma journal_mode').get()?.['journal_mode'];

test('waits while another connection writes the new file', () => {
  const { first, second } = twoConnections();
  first.exec('begin immediate; create table made (id integer)');
  let waits = 0;
  enterWriteAhead(second, () => {
    waits += 1;
    if (waits === 3) first.exec('commit');
  });
  expect(waits).toBe(3);
  expect(modeOf(second)).toBe('wal');
  expect(second.prepare('select count(*) as rows from made').get()).toEqual({ rows: 0 });
});

test('gives up when the file stays taken, and leaves it as it was', () => {
  const { first, second } = twoConnections();
  first.exec('begin immediate; create table made (id integer)');
  let waits = 0;
  expect(() => enterWriteAhead(second, () => (waits += 1))).toThrow(/locked/);
  expect(waits).toBe(500);
  first.exec('commit');
  expect(modeOf(first)).toBe('delete');
});

test('does not wait for a file that writes ahead already', () => {
  const { first, second } = twoConnections();
  enterWriteAhead(first);
  first.exec('begin immediate; create table made (id integer)');
  enterWriteAhead(second, () => expect.unreachable());
  first.exec('commit');
});

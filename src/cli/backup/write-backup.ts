import { createHash, type Hash } from 'node:crypto';
import { once } from 'node:events';
import { createWriteStream, existsSync, linkSync, openSync, closeSync, fsyncSync, rmSync } from 'node:fs';
import { finished } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { fail, type Clock, type Random, type Secret } from '../../kernel/index.ts';
import {
  controlSchemaVersion,
  inSnapshot,
  rowsOf,
  tableNames,
  type Db,
  type StoredRow,
  type TableName,
} from '../../storage/index.ts';
import { lineText, type BackupLine } from './backup-line.ts';

/** Mails hold sign-in codes and claim links: they are for their reader and nobody else, and are out of date on a restore. */
const leftOut: readonly TableName[] = ['mails'];

export interface BackupOrder {
  readonly db: Db;
  readonly path: string;
  readonly clock: Clock;
  readonly random: Random;
  /** The keyring's text, or null to leave the keys out. */
  readonly keys: Secret<string> | null;
}

export interface BackupSummary {
  readonly tables: number;
  readonly rows: number;
  readonly bytes: number;
}

/**
 * writeBackup writes the control plane as of one moment, while servers go on. The file appears whole or not at all,
 * readable by its owner only. Throws `cli.usage` when it exists already.
 */
export const writeBackup = async ({ db, path, clock, random, keys }: BackupOrder): Promise<BackupSummary> => {
  if (existsSync(path)) throw fail('cli.usage', { message: `${path} exists already` });
  const draft = `${path}.${random.bytes(6).toString('hex')}`;
  try {
    const out = createWriteStream(draft, { flags: 'wx', mode: 0o600 });
    const gzip = createGzip();
    gzip.pipe(out);
    const all = createHash('sha256');
    const write = async (line: BackupLine, sums: readonly Hash[] = []): Promise<void> => {
      const text = lineText(line);
      for (const sum of [all, ...sums]) sum.update(text);
      if (!gzip.write(text)) await once(gzip, 'drain');
    };
    const done = finished(out);
    const tables = tableNames.filter((name) => !leftOut.includes(name));
    const rows = await inSnapshot(db, async (tx) => {
      await write({
        type: 'vulngate-backup',
        version: 1,
        schema_version: controlSchemaVersion,
        created_at: new Date(clock.nowMs()).toISOString(),
        tables: [...tables],
      });
      if (keys !== null) await write({ type: 'keyring', text: keys.reveal() });
      let total = 0;
      for (const name of tables) total += await writeTable(rowsOf(tx, name), name, write);
      return total;
    });
    gzip.end(lineText({ type: 'end', rows, sha256: all.digest('hex') }));
    await done;
    const file = openSync(draft, 'r');
    fsyncSync(file);
    closeSync(file);
    linkSync(draft, path);
    return { tables: tables.length, rows, bytes: out.bytesWritten };
  } finally {
    rmSync(draft, { force: true });
  }
};

const writeTable = async (
  chunks: AsyncIterable<readonly StoredRow[]>,
  name: TableName,
  write: (line: BackupLine, sums?: readonly Hash[]) => Promise<void>,
): Promise<number> => {
  const sum = createHash('sha256');
  let columns: readonly string[] | null = null;
  let rows = 0;
  for await (const chunk of chunks) {
    if (columns === null) {
      columns = Object.keys(chunk[0] ?? {});
      await write({ type: 'table', name, columns: [...columns] });
    }
    for (const row of chunk) {
      await write(
        columns.map((column) => row[column] ?? null),
        [sum],
      );
      rows += 1;
    }
  }
  if (columns === null) await write({ type: 'table', name, columns: [] });
  await write({ type: 'table-end', name, rows, sha256: sum.digest('hex') });
  return rows;
};

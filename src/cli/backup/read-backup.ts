import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { createGunzip } from 'node:zlib';
import { fail, Secret } from '../../kernel/index.ts';
import { isTableName, type TableName } from '../../storage/index.ts';
import { linesOf } from '../lines.ts';
import { Line, type BackupHeader, type BackupLine, type BackupRow } from './backup-line.ts';

export interface BackupReader {
  /** rows takes some rows of a table, in the order of the file. */
  rows(table: TableName, columns: readonly string[], rows: readonly BackupRow[]): Promise<void>;
}

export interface BackupContent {
  readonly header: BackupHeader;
  readonly keyring: Secret<string> | null;
  readonly tables: readonly TableName[];
  readonly rows: number;
}

const chunkLength = 500;
const columnName = /^[a-z_]+$/;

const unreadable = (problem: string): Error => fail('backup.unreadable', { message: `Not a whole backup: ${problem}` });

/**
 * readBackup reads a backup to its end and checks every count and checksum; rows go to `reader` as they come. Throws
 * `backup.unreadable` for a file that is something else, damaged or cut short: nothing of it may be kept then.
 */
export const readBackup = async (path: string, reader: BackupReader): Promise<BackupContent> => {
  const state = new BackupState(reader);
  const source = createReadStream(path);
  const unpacked = source.pipe(createGunzip());
  source.on('error', (error) => unpacked.destroy(error));
  try {
    for await (const text of linesOf(unpacked)) await state.take(text);
  } catch (error) {
    if (error instanceof Error && 'code' in error && typeof error.code === 'string' && error.code.startsWith('Z_')) {
      throw unreadable('the file is damaged or was cut short');
    }
    throw error;
  } finally {
    source.destroy();
  }
  return state.content();
};

class BackupState {
  readonly #reader: BackupReader;
  readonly #all = createHash('sha256');
  #sum = createHash('sha256');
  #header: BackupHeader | null = null;
  #keyring: Secret<string> | null = null;
  #table: { readonly name: TableName; readonly columns: readonly string[]; rows: number } | null = null;
  #pending: BackupRow[] = [];
  readonly #tables: TableName[] = [];
  #rows = 0;
  #isEnded = false;

  constructor(reader: BackupReader) {
    this.#reader = reader;
  }

  async take(text: string): Promise<void> {
    const line = parse(text);
    if (this.#isEnded) throw unreadable('something follows its end');
    if (!Array.isArray(line) && line.type === 'end') {
      const isWhole = line.sha256 === this.#all.digest('hex') && line.rows === this.#rows && this.#table === null;
      if (!isWhole) throw unreadable('the checksum is wrong');
      this.#isEnded = true;
      return;
    }
    this.#all.update(`${text}\n`);
    if (Array.isArray(line)) await this.#row(line, text);
    else await this.#mark(line);
  }

  content(): BackupContent {
    if (this.#header === null || !this.#isEnded) throw unreadable('its end is missing');
    const missing = this.#header.tables.find((name) => !this.#tables.some((table) => table === name));
    if (missing !== undefined) throw unreadable(`the table ${missing} is missing`);
    return { header: this.#header, keyring: this.#keyring, tables: this.#tables, rows: this.#rows };
  }

  async #row(row: BackupRow, text: string): Promise<void> {
    const table = this.#table;
    if (table === null || row.length !== table.columns.length) throw unreadable('a row stands where none belongs');
    this.#sum.update(`${text}\n`);
    table.rows += 1;
    this.#rows += 1;
    this.#pending.push(row);
    if (this.#pending.length >= chunkLength) await this.#flush();
  }

  async #flush(): Promise<void> {
    const rows = this.#pending;
    this.#pending = [];
    if (this.#table !== null && rows.length > 0) await this.#reader.rows(this.#table.name, this.#table.columns, rows);
  }

  async #mark(line: Exclude<BackupLine, BackupRow>): Promise<void> {
    if ((this.#header === null) !== (line.type === 'vulngate-backup')) throw unreadable('it does not begin as one');
    switch (line.type) {
      case 'vulngate-backup':
        this.#header = line;
        return;
      case 'keyring':
        this.#keyring = new Secret(line.text);
        return;
      case 'table':
        if (!isTableName(line.name) || this.#table !== null || !line.columns.every((name) => columnName.test(name))) {
          throw unreadable(`the table ${line.name} is not one of ours`);
        }
        this.#table = { name: line.name, columns: line.columns, rows: 0 };
        this.#sum = createHash('sha256');
        return;
      case 'table-end': {
        await this.#flush();
        const table = this.#table;
        const isWhole =
          table?.name === line.name && table.rows === line.rows && this.#sum.digest('hex') === line.sha256;
        if (!isWhole) throw unreadable(`the table ${line.name} is damaged`);
        this.#tables.push(table.name);
        this.#table = null;
        return;
      }
      case 'end':
        return;
    }
  }
}

const parse = (text: string): BackupLine => {
  try {
    const parsed = Line.safeParse(JSON.parse(text));
    if (parsed.success) return parsed.data;
  } catch {
    // Said below, the same for every line that is none.
  }
  throw unreadable('a line cannot be read');
};

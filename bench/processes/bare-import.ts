/**
 * The reference of the import: read, gunzip, JSON.parse and one bare insert per record, in one thread, with the journal,
 * durability and memory that the catalogue uses. Arguments: the folder of records, the database to make. Prints the count.
 */
import { createReadStream, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { createGunzip } from 'node:zlib';

const [folder = '', path = ''] = process.argv.slice(2);
const recordsPerTransaction = 5000;

export interface BareImport {
  readonly records: number;
}

interface Named {
  readonly cveMetadata: { readonly cveId: string };
}

const database = new DatabaseSync(path);
database.exec('pragma journal_mode = wal; pragma synchronous = normal; pragma cache_size = -131072');
database.exec('create table record (cve_id text primary key, document text not null) strict');
const insert = database.prepare('insert or replace into record (cve_id, document) values (?, ?)');

let records = 0;
const take = (line: string): void => {
  if (line === '') return;
  const record = JSON.parse(line) as Named;
  insert.run(record.cveMetadata.cveId, line);
  records += 1;
  if (records % recordsPerTransaction === 0) database.exec('commit; begin');
};
database.exec('begin');
for (const name of readdirSync(folder).toSorted()) {
  if (!name.endsWith('.ndjson.gz')) continue;
  const unzipped = createReadStream(join(folder, name), { highWaterMark: 262_144 })
    .pipe(createGunzip({ chunkSize: 262_144 }))
    .setEncoding('utf8');
  let rest = '';
  for await (const chunk of unzipped) {
    const lines = (rest + String(chunk)).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) take(line);
  }
  take(rest);
}
database.exec('commit');
database.close();
const result: BareImport = { records };
process.stdout.write(`${JSON.stringify(result)}\n`);

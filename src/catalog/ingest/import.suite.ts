import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { crc32, deflateRawSync } from 'node:zlib';
import { onTestFinished } from 'vitest';
import { ManualClock, silentLog } from '../../kernel/index.ts';
import type { ImportedSource } from '../import-report.ts';
import { importPaths, type ImportDeps, type ImportOptions } from './index.ts';

export interface Workshop {
  readonly deps: ImportDeps;
  readonly clock: ManualClock;
  readonly folder: string;
  /** file writes a feed file and returns its path. */
  file(name: string, content: string | Uint8Array): string;
  /** take imports one path and returns its only source. */
  take(path: string, options?: ImportOptions): Promise<ImportedSource>;
  rows(sql: string, ...parameters: readonly (string | number)[]): readonly Record<string, unknown>[];
}

/** workshop makes a folder with an empty catalogue, removed when the test ends. */
export const workshop = (): Workshop => {
  const folder = mkdtempSync(join(tmpdir(), 'vulngate-import-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const clock = new ManualClock();
  const deps = { databasePath: join(folder, 'catalog.db'), clock, log: silentLog, tempFolder: folder };
  return {
    deps,
    clock,
    folder,
    file: (name, content) => {
      const path = join(folder, name);
      writeFileSync(path, content);
      return path;
    },
    take: async (path, options = {}) => {
      const { sources } = await importPaths(deps, [path], options);
      const [source] = sources;
      if (source === undefined || sources.length !== 1) throw new Error(`${sources.length} sources`);
      return source;
    },
    rows: (sql, ...parameters) => {
      const db = new DatabaseSync(deps.databasePath, { readOnly: true });
      try {
        return db.prepare(sql).all(...parameters);
      } finally {
        db.close();
      }
    },
  };
};

export interface RecordParts {
  readonly id?: string;
  readonly updated?: string;
  readonly title?: string;
  readonly product?: string;
  readonly state?: string;
  readonly extra?: object;
}

export const cveRecord = ({
  id = 'CVE-2024-0001',
  updated = '2024-01-02T00:00:00Z',
  title = 'A flaw',
  product = 'anvil',
  state = 'PUBLISHED',
  extra = {},
}: RecordParts = {}): object => ({
  dataType: 'CVE_RECORD',
  dataVersion: '5.1',
  cveMetadata: {
    cveId: id,
    assignerOrgId: 'o-1',
    assignerShortName: 'acme',
    state,
    datePublished: '2024-01-01T00:00:00Z',
    dateUpdated: updated,
  },
  containers: {
    cna: {
      providerMetadata: { orgId: 'o-1', shortName: 'acme' },
      title,
      descriptions: [{ lang: 'en', value: `${title} in ${product}.` }],
      affected: [{ vendor: 'Acme', product, versions: [{ version: '1', status: 'affected' }] }],
      ...extra,
    },
  },
});

export const lines = (...records: readonly unknown[]): string =>
  records.map((record) => `${typeof record === 'string' ? record : JSON.stringify(record)}\n`).join('');

export const kevFile = (day: string, ids: readonly string[], parts: object = {}): string =>
  JSON.stringify({
    title: 'KEV',
    catalogVersion: day,
    dateReleased: `${day}T00:00:00Z`,
    count: ids.length,
    vulnerabilities: ids.map((cveID) => ({ cveID, dateAdded: '2024-03-01', knownRansomwareCampaignUse: 'Known' })),
    ...parts,
  });

export const epssFile = (day: string, scores: Readonly<Record<string, string>>): string =>
  `#model_version:v1,score_date:${day}T00:00:00+0000\ncve,epss,percentile\n${Object.entries(scores)
    .map(([id, figures]) => `${id},${figures}\n`)
    .join('')}`;

/** zip packs entries as an ordinary archive; `declaredBytes` lies about the size of the content. */
export const zip = (
  entries: readonly { readonly name: string; readonly content: string | Uint8Array; readonly declaredBytes?: number }[],
): Buffer => {
  const bodies: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const { name, content, declaredBytes } of entries) {
    const raw = Buffer.from(content);
    const packed = deflateRawSync(raw);
    const path = Buffer.from(name);
    const fields = Buffer.alloc(26);
    fields.writeUInt16LE(20, 0);
    fields.writeUInt16LE(8, 4);
    fields.writeUInt32LE(crc32(raw), 10);
    fields.writeUInt32LE(packed.length, 14);
    fields.writeUInt32LE(declaredBytes ?? raw.length, 18);
    fields.writeUInt16LE(path.length, 22);
    bodies.push(Buffer.from('PK\u0003\u0004'), fields, path, packed);
    const trailer = Buffer.alloc(14);
    trailer.writeUInt32LE(offset, 10);
    directory.push(Buffer.from('PK\u0001\u0002\u0014\u0000'), fields, trailer, path);
    offset += 30 + path.length + packed.length;
  }
  const central = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.write('PK\u0005\u0006');
  end.writeUInt16LE(entries.length, 8);
  end.writeUInt16LE(entries.length, 10);
  end.writeUInt32LE(central.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...bodies, central, end]);
};

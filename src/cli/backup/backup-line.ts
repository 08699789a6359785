import { z } from 'zod';

const cell = z.union([z.string(), z.int(), z.null()]);

/**
 * The lines of a backup, a gzipped file: the header; the keyring when it goes along; each table with its columns, its rows
 * and their number and checksum; the end with the checksum of all lines before. Checksums are SHA-256 in hex.
 */
export const Line = z.union([
  z.array(cell),
  z.strictObject({
    type: z.literal('vulngate-backup'),
    version: z.literal(1),
    schema_version: z.int().min(1),
    created_at: z.iso.datetime(),
    tables: z.array(z.string()),
  }),
  z.strictObject({ type: z.literal('keyring'), text: z.string() }),
  z.strictObject({ type: z.literal('table'), name: z.string(), columns: z.array(z.string()) }),
  z.strictObject({ type: z.literal('table-end'), name: z.string(), rows: z.int(), sha256: z.string() }),
  z.strictObject({ type: z.literal('end'), rows: z.int(), sha256: z.string() }),
]);

export type BackupLine = z.infer<typeof Line>;
export type BackupHeader = Extract<BackupLine, { type: 'vulngate-backup' }>;
export type BackupRow = Extract<BackupLine, readonly unknown[]>;

export const lineText = (line: BackupLine): string => `${JSON.stringify(line)}\n`;

/**
 * The audit log: who did what, to what, when and from where; written in the same transaction as the change itself.
 *
 * Invariants: entries are only ever added, numbered without a gap, and each carries the hash of the one before; personal
 * data lies beside the chain, which holds a salted digest of it, so that it can be erased and the chain still proves
 * itself; signed checkpoints vouch for everything up to them. `verify` finds what was edited, removed, inserted, reordered,
 * or cut off before the last checkpoint; `verifyExport` does so without the server.
 *
 * Order of locks: recorders take turns on one row, from `record` to the commit. A verb moves fences and changes its own
 * rows first and records last; whoever does it the other way round may meet a deadlock, which the database ends as
 * `storage.busy` and `inTransaction` tries again.
 *
 * It owns no permission: surfaces ask `list` for the scope that the caller may see. Fails with `storage.…` codes only; what
 * is wrong with a log is a value.
 */
export { createAudit, type Audit, type AuditDeps, type AuditQuery } from './audit.ts';
export { verifyExport, type ExportKey, type ExportReport } from './export.ts';
export type { AuditFinding, AuditReport, FindingKind } from './chain-check.ts';
export type { AuditRecord } from './reading.ts';

import type { KeyObject } from 'node:crypto';
import type { Actor, AuditEntry, AuditSink, Clock, Log, Random } from '../kernel/index.ts';
import { inSnapshot, inTransaction, type Control, type Db } from '../storage/index.ts';
import {
  canonicalJson,
  entryHash,
  erasureAction,
  personalDigest,
  rangesText,
  type CheckpointRow,
  type EntryRow,
  type Head,
  type PersonalRow,
} from './chain.ts';
import { createChainCheck, type AuditReport } from './chain-check.ts';
import { signCheckpoint, type Signer } from './checkpoint.ts';
import { exportLines, type ExportKey, type ExportOptions } from './export.ts';
import { recordOf, type AuditRecord } from './reading.ts';
import {
  countEntries,
  erasePersonal,
  findHead,
  findLastCheckpoint,
  insertCheckpointOnce,
  insertEntry,
  listCheckpoints,
  listEntriesAfter,
  listNewest,
  listPersonalNaming,
  listPersonalOf,
  lockHead,
  type EntryFilter,
} from './store.ts';

export interface AuditDeps {
  readonly control: Control;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly keyring: {
    signing(): Signer;
    publicKey(kid: string): KeyObject | null;
    status(): { readonly signingKeys: readonly ExportKey[] };
  };
  /** A server signs a checkpoint after so many of its entries, or so much time. */
  readonly checkpointEntries: number;
  readonly checkpointMs: number;
}

export interface AuditQuery extends EntryFilter {
  /** From 1. */
  readonly page?: number;
  /** Default 25, at most 100. */
  readonly pageSize?: number;
}

export interface Audit extends AuditSink<Db> {
  /** list returns a page, newest first, and how many entries fit the filter in all. */
  list(query: AuditQuery): Promise<{ readonly items: readonly AuditRecord[]; readonly count: number }>;
  /** verify reads the whole log as of one moment. `anchors` are places that somebody noted elsewhere. */
  verify(anchors?: readonly Head[]): Promise<AuditReport>;
  /** export writes the log as lines of JSON that can be verified without this server. */
  export(write: (line: string) => Promise<void>, options: ExportOptions): Promise<{ readonly entries: number }>;
  /** checkpoint signs the end of the chain; null when that is done already. */
  checkpoint(): Promise<CheckpointRow | null>;
  /**
   * erase forgets the personal data of a person in every entry, theirs and others' about them, and records that it did.
   * `emails` are the addresses by which other entries may name them. Returns the number of entries.
   */
  erase(
    tx: Db,
    person: { readonly actor: Actor; readonly userId: string; readonly emails: readonly string[] },
  ): Promise<number>;
  /** start signs checkpoints from now on, until `close`. */
  start(): void;
  /** close signs what this process recorded since the last checkpoint. */
  close(): Promise<void>;
}

const pageSizeMax = 100;
/** Entries read at a time when the whole log is read. */
const chunkLength = 500;

/** personOf is whose data the entry holds first of all: the actor's, else that of who it is about. */
const personOf = ({ actor, object, scope }: AuditEntry): string => {
  if (actor.kind === 'user') return actor.id;
  if (object.kind === 'user') return object.id;
  return scope.kind === 'account' ? scope.id : '';
};

/** personalOf gathers what may have to be forgotten one day; null when there is nothing. */
const personalOf = ({ actor, personal = {} }: AuditEntry): string | null => {
  const isPerson = actor.kind === 'user' || actor.kind === 'credential';
  const about = {
    ...(isPerson && actor.name !== '' ? { name: actor.name } : {}),
    ...(actor.address === null ? {} : { address: actor.address }),
    ...(isPerson && actor.client !== '' ? { client: actor.client } : {}),
  };
  const isEmpty = Object.keys(about).length === 0 && Object.keys(personal).length === 0;
  return isEmpty ? null : canonicalJson({ actor: about, more: personal });
};

const detailOf = ({ actor, object, before, after }: AuditEntry): string =>
  canonicalJson({
    ...(object.name === undefined ? {} : { object_name: object.name }),
    ...(before === undefined ? {} : { before }),
    ...(after === undefined ? {} : { after }),
    ...(actor.correlationId === '' ? {} : { correlation_id: actor.correlationId }),
  });

/** createAudit opens the log. It writes nothing by itself before `start`. */
export const createAudit = (deps: AuditDeps): Audit => {
  const { control, clock, random, log, keyring } = deps;
  let isStarted = false;
  let sinceCheckpoint = 0;
  let cancel: () => void = () => undefined;
  let signing: Promise<void> = Promise.resolve();

  const record = (db: Db, entry: AuditEntry): Promise<void> =>
    inTransaction(db, async (tx) => {
      const data = personalOf(entry);
      const salt = data === null ? '' : random.bytes(16).toString('hex');
      const head = await lockHead(tx, control.engine);
      const row: Omit<EntryRow, 'hash'> = {
        seq: head.seq + 1,
        at_ms: clock.nowMs(),
        scope_kind: entry.scope.kind,
        scope_id: entry.scope.id,
        actor_kind: entry.actor.kind,
        actor_id: entry.actor.id,
        action: entry.action,
        object_kind: entry.object.kind,
        object_id: entry.object.id,
        detail: detailOf(entry),
        personal_digest: data === null ? '' : personalDigest(salt, data),
        previous_hash: head.hash,
      };
      const personal: PersonalRow | null =
        data === null ? null : { seq: row.seq, user_id: personOf(entry), salt, data };
      await insertEntry(tx, { ...row, hash: entryHash(row) }, personal);
      sinceCheckpoint += 1;
      if (isStarted && sinceCheckpoint === deps.checkpointEntries) signSoon(0);
    });

  const checkpoint = async (): Promise<CheckpointRow | null> => {
    sinceCheckpoint = 0;
    const head = await findHead(control.db);
    const last = await findLastCheckpoint(control.db);
    if (head === null || head.seq <= (last?.seq ?? 0)) return null;
    const row = signCheckpoint(head, clock.nowMs(), keyring.signing());
    await insertCheckpointOnce(control.db, row);
    // In the log too: whoever keeps the log elsewhere has an anchor that nobody can change here.
    log.info('audit.checkpoint', { seq: row.seq, hash: row.hash, kid: row.key_id });
    return row;
  };

  const signNow = async (): Promise<void> => {
    try {
      await checkpoint();
    } catch (error) {
      log.error('audit.checkpoint_failed', { error });
    }
  };

  const signSoon = (delayMs: number): void => {
    cancel();
    cancel = clock.after(delayMs, () => {
      signing = signNow().then(() => {
        if (isStarted) signSoon(deps.checkpointMs);
      });
    });
  };

  const eachEntry = async (tx: Db, take: (stored: Awaited<ReturnType<typeof listEntriesAfter>>) => Promise<void>) => {
    // From the very lowest number: entries that somebody put before the first one must be seen.
    for (let seq = Number.MIN_SAFE_INTEGER; ;) {
      const chunk = await listEntriesAfter(tx, seq, chunkLength);
      const last = chunk.at(-1);
      if (last === undefined) return;
      await take(chunk);
      seq = last.row.seq;
    }
  };

  return {
    record,
    checkpoint,

    list: async ({ page = 1, pageSize = 25, ...filter }) => {
      const limit = Math.min(Math.max(pageSize, 1), pageSizeMax);
      const items = await listNewest(control.db, filter, { offset: (Math.max(page, 1) - 1) * limit, limit });
      return { items: items.map(recordOf), count: await countEntries(control.db, filter) };
    },

    verify: (anchors = []) =>
      inSnapshot(control.db, async (tx) => {
        const check = createChainCheck((kid) => keyring.publicKey(kid));
        for (const row of await listCheckpoints(tx)) check.checkpoint(row);
        for (const place of anchors) check.anchor(place);
        await eachEntry(tx, async (chunk) => {
          for (const { row, personal } of chunk) check.entry(row, personal);
        });
        return check.end(await findHead(tx));
      }),

    export: (write, options) =>
      inSnapshot(control.db, async (tx) => {
        const head = await findHead(tx);
        const lines = exportLines(options, keyring.status().signingKeys, clock.nowMs(), await listCheckpoints(tx));
        await write(lines.first);
        await eachEntry(tx, async (chunk) => {
          for (const stored of chunk) for (const line of lines.of(stored)) await write(line);
        });
        await write(lines.last(head));
        return { entries: head?.seq ?? 0 };
      }),

    erase: async (db, { actor, userId, emails }) =>
      inTransaction(db, async (tx) => {
        const named = await listPersonalNaming(tx, emails);
        const seqs = [...new Set([...(await listPersonalOf(tx, userId)), ...named])].toSorted((a, b) => a - b);
        await erasePersonal(tx, seqs);
        await record(tx, {
          // The entry of the erasure must not be the next place that knows the person.
          actor: { ...actor, name: '', address: null, client: '' },
          scope: { kind: 'account', id: userId },
          action: erasureAction,
          object: { kind: 'user', id: userId },
          after: { entries: rangesText(seqs), count: seqs.length },
        });
        return seqs.length;
      }),

    start: () => {
      isStarted = true;
      signSoon(deps.checkpointMs);
    },

    close: async () => {
      const mustSign = isStarted || sinceCheckpoint > 0;
      isStarted = false;
      cancel();
      await signing;
      if (mustSign) await signNow();
    },
  };
};

import { operatorActor, type Actor } from '../kernel/index.ts';
import { inTransaction } from '../storage/index.ts';
import { networkOf } from './address-rule.ts';
import { scopeOf } from './authority.ts';
import type { CredentialsDeps } from './deps.ts';
import { findCredential, type CredentialRow } from './store.ts';
import {
  countExposures,
  findAttempts,
  insertExposure,
  insertNetworksOnce,
  listNetworksOf,
  upsertAttempts,
  type NetworkRow,
} from './use-store.ts';

const dayMs = 86_400_000;
/** Between two notes of one ended credential that is still being sent. */
const attemptsEveryMs = 60_000;
/** Pairs of credential and network that this process knows to be written. */
const knownMax = 100_000;
/** Networks kept of one credential: one that roams that much tells nothing by a further one. */
const networksMax = 256;
/** First sights of networks in one statement. */
const sightingsAtOnce = 500;
/** Exposures kept of one credential a day. */
const exposuresMax = 100;

/** The program that holds a credential, as the audit log names it. */
export const programActor = (row: CredentialRow, address: string): Actor => ({
  ...operatorActor,
  kind: 'credential',
  id: row.id,
  name: `${row.name} (${row.masked})`,
  address,
  client: '',
});

/**
 * createUseRecord notes where credentials are used from, and that they are used after their end. Requests never wait for
 * it, so that it tells nothing by its time; `settled` does.
 */
export const createUseRecord = (deps: CredentialsDeps) => {
  const { control, clock, log } = deps;
  const running = new Set<Promise<void>>();
  const known = new Set<string>();
  const foreign = new Map<string, number>();
  const attempts = new Map<string, { notedAtMs: number; waiting: number }>();
  let sightings: NetworkRow[] = [];
  let isNotingSightings = false;
  let refusals: { readonly row: CredentialRow; readonly address: string; readonly isAttempt: boolean }[] = [];

  const aside = (work: () => Promise<void>): void => {
    const task = work()
      .catch((error: unknown) => {
        log.warn('credential.use_unrecorded', { error: error instanceof Error ? error.message : String(error) });
      })
      .finally(() => running.delete(task));
    running.add(task);
  };

  /** sawUse is called with every address that a credential is used from; it writes the first of each network. */
  const sawUse = (credentialId: string, address: string): void => {
    const network = networkOf(address);
    if (network === null) return;
    const key = `${credentialId} ${network}`;
    if (known.has(key)) return;
    if (known.size >= knownMax) known.clear();
    known.add(key);
    sightings.push({ credential_id: credentialId, network, first_seen_at_ms: clock.nowMs() });
    if (isNotingSightings) return;
    isNotingSightings = true;
    aside(noteSightings);
  };

  /**
   * Writes what was seen, many at once: after a start every credential is seen for the first time, and the writes of one each
   * would stand in the way of the charges.
   */
  const noteSightings = async (): Promise<void> => {
    try {
      while (sightings.length > 0) {
        const seen = sightings.slice(0, sightingsAtOnce);
        sightings = sightings.slice(sightingsAtOnce);
        const written = await listNetworksOf(control.db, [...new Set(seen.map((row) => row.credential_id))]);
        const networksOf = Map.groupBy(written, (row) => row.credential_id);
        const fresh = seen.filter((row) => {
          const networks = networksOf.get(row.credential_id) ?? [];
          networksOf.set(row.credential_id, networks);
          const isFresh = networks.length < networksMax && networks.every(({ network }) => network !== row.network);
          if (isFresh) networks.push(row);
          return isFresh;
        });
        if (fresh.length > 0) await insertNetworksOnce(control.db, fresh);
      }
    } finally {
      isNotingSightings = false;
    }
  };

  const noteAttempts = async (row: CredentialRow, address: string, count: number): Promise<void> => {
    const nowMs = clock.nowMs();
    await inTransaction(control.db, async (tx) => {
      const before = await findAttempts(tx, row.id);
      await upsertAttempts(tx, {
        credential_id: row.id,
        attempts: count,
        first_at_ms: nowMs,
        last_at_ms: nowMs,
        last_address: address,
      });
      if (before !== undefined && nowMs - before.last_at_ms < dayMs) return;
      await deps.audit.record(tx, {
        actor: programActor(row, address),
        scope: scopeOf(row.owner_id),
        action: 'credential.used_after_end',
        object: { kind: 'credential', id: row.id, name: row.name },
        after: { masked: row.masked, state: row.state },
      });
    });
  };

  /** sawAttempt notes that the right secret of an ended credential was sent; bounded to one write a minute. */
  const sawAttempt = (row: CredentialRow, address: string): void => {
    const nowMs = clock.nowMs();
    const before = attempts.get(row.id);
    const waiting = (before?.waiting ?? 0) + 1;
    if (before !== undefined && nowMs - before.notedAtMs < attemptsEveryMs) {
      before.waiting = waiting;
      return;
    }
    if (attempts.size >= knownMax) attempts.clear();
    attempts.set(row.id, { notedAtMs: nowMs, waiting: 0 });
    aside(() => noteAttempts(row, address, waiting));
  };

  const noteRefusals = (): void => {
    const noted = refusals;
    refusals = [];
    for (const { row, address, isAttempt } of noted) if (isAttempt) sawAttempt(row, address);
  };

  /**
   * sawRefusal is called at every refusal with the row at hand; `isAttempt`: its right secret was sent after its end. What
   * follows from that is done in the next turn of the event loop, so that no refusal takes longer than another.
   */
  const sawRefusal = (row: CredentialRow, address: string, isAttempt: boolean): void => {
    if (refusals.length === 0) setImmediate(noteRefusals);
    refusals.push({ row, address, isAttempt });
  };

  /** sawExposure records that a credential was sent where it gets seen; audited once a day. */
  const sawExposure = async (row: CredentialRow, place: string, address: string): Promise<void> => {
    const nowMs = clock.nowMs();
    await inTransaction(control.db, async (tx) => {
      const today = await countExposures(tx, row.id, nowMs - dayMs);
      if (today < exposuresMax) await insertExposure(tx, { credential_id: row.id, place, address, at_ms: nowMs });
      if (today > 0) return;
      await deps.audit.record(tx, {
        actor: programActor(row, address),
        scope: scopeOf(row.owner_id),
        action: 'credential.exposed',
        object: { kind: 'credential', id: row.id, name: row.name },
        after: { masked: row.masked, place },
      });
    });
    log.warn('credential.exposed', { credential: row.id, masked: row.masked, place, address });
  };

  /** sawForeign is called when a working credential was refused on what belongs to another owner; audited once a day. */
  const sawForeign = (credentialId: string, operationId: string, address: string): void => {
    const nowMs = clock.nowMs();
    if (nowMs - (foreign.get(credentialId) ?? Number.NEGATIVE_INFINITY) < dayMs) return;
    if (foreign.size >= knownMax) foreign.clear();
    foreign.set(credentialId, nowMs);
    aside(async () => {
      const row = await findCredential(control.db, credentialId);
      if (row === undefined) return;
      await inTransaction(control.db, (tx) =>
        deps.audit.record(tx, {
          actor: programActor(row, address),
          scope: scopeOf(row.owner_id),
          action: 'credential.foreign_tenant',
          object: { kind: 'credential', id: row.id, name: row.name },
          after: { masked: row.masked, operation: operationId },
        }),
      );
    });
  };

  return {
    sawUse,
    sawForeign,
    sawRefusal,
    sawExposure,
    /** settled resolves when everything noted so far is written. */
    settled: async (): Promise<void> => {
      noteRefusals();
      while (running.size > 0) await Promise.all(running);
    },
  };
};

export type UseRecord = ReturnType<typeof createUseRecord>;

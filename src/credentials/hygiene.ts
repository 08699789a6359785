import { inTransaction } from '../storage/index.ts';
import type { Actor } from '../kernel/index.ts';
import { requireManager } from './authority.ts';
import type { CredentialsDeps } from './deps.ts';
import { stateAt } from './judgement.ts';
import { listCredentials, listExpiring, type CredentialRead } from './store.ts';
import { findAttempts, findLastExposure, listLeaks, listNetworks } from './use-store.ts';

const dayMs = 86_400_000;
const idleMs = 90 * dayMs;
const oldMs = 90 * dayMs;
/** A credential that nobody has used yet is worth a word only after a while. */
const unusedMs = 7 * dayMs;
/** For how long a network counts as new. */
const newNetworkMs = 7 * dayMs;

export type FindingKind =
  | 'leaked'
  | 'exposed'
  | 'used_after_end'
  | 'new_network'
  | 'never_used'
  | 'idle'
  | 'old'
  | 'no_expiry';

/** Something about a credential that its owner should look at. */
export interface Finding {
  readonly kind: FindingKind;
  readonly credentialId: string;
  readonly name: string;
  readonly masked: string;
  /** Since when it is so, epoch milliseconds. */
  readonly sinceMs: number;
  /** A place, address or network; empty where there is nothing to add. */
  readonly detail: string;
}

type Found = Pick<Finding, 'kind' | 'sinceMs' | 'detail'>;

/** ageFindings are those that follow from the row and the time; a credential that has ended has none. */
export const ageFindings = (row: CredentialRead, nowMs: number): Found[] => {
  if (stateAt(row, nowMs) !== 'active') return [];
  const found: Found[] = [];
  const { created_at_ms: createdAtMs, last_used_at_ms: lastUsedAtMs } = row;
  if (lastUsedAtMs === null && nowMs - createdAtMs >= unusedMs) {
    found.push({ kind: 'never_used', sinceMs: createdAtMs, detail: '' });
  }
  if (lastUsedAtMs !== null && nowMs - lastUsedAtMs >= idleMs) {
    found.push({ kind: 'idle', sinceMs: lastUsedAtMs, detail: row.last_used_address ?? '' });
  }
  if (nowMs - createdAtMs >= oldMs) found.push({ kind: 'old', sinceMs: createdAtMs, detail: '' });
  if (row.expires_at_ms === null) found.push({ kind: 'no_expiry', sinceMs: createdAtMs, detail: '' });
  return found;
};

/** Days before the end at which its owner is told. */
const remindDays = [30, 7, 1] as const;

/** reminderAt returns how many days ahead the owner is to be told now, or null; what a short life skips is not told. */
export const reminderAt = (expiresAtMs: number, createdAtMs: number, nowMs: number): number | null => {
  if (nowMs >= expiresAtMs) return null;
  const due = remindDays.filter((days) => nowMs >= expiresAtMs - days * dayMs).at(-1);
  return due === undefined || createdAtMs > expiresAtMs - due * dayMs ? null : due;
};

export const hygieneVerbs = (deps: CredentialsDeps) => {
  const { control, clock } = deps;

  const useFindings = async (row: CredentialRead, nowMs: number): Promise<Found[]> => {
    const found: Found[] = [];
    const leak = (await listLeaks(control.db, row.id)).at(-1);
    if (leak !== undefined) found.push({ kind: 'leaked', sinceMs: leak.reported_at_ms, detail: leak.place });
    const attempts = await findAttempts(control.db, row.id);
    if (attempts !== undefined) {
      found.push({ kind: 'used_after_end', sinceMs: attempts.last_at_ms, detail: attempts.last_address });
    }
    if (stateAt(row, nowMs) !== 'active') return found;
    const exposure = await findLastExposure(control.db, row.id);
    if (exposure !== undefined) found.push({ kind: 'exposed', sinceMs: exposure.at_ms, detail: exposure.place });
    const [, ...later] = await listNetworks(control.db, row.id);
    for (const { network, first_seen_at_ms: sinceMs } of later) {
      if (nowMs - sinceMs < newNetworkMs) found.push({ kind: 'new_network', sinceMs, detail: network });
    }
    return found;
  };

  const remind = async (row: CredentialRead & { readonly expires_at_ms: number }, days: number): Promise<number> => {
    const contacts = await deps.contactsOf(row.owner_id);
    const end = new Date(row.expires_at_ms).toISOString().slice(0, 16).replace('T', ' ');
    await inTransaction(control.db, async (tx) => {
      for (const to of contacts) {
        await deps.mail.send(tx, {
          to,
          subject: `Credential expires in ${days === 1 ? 'a day' : `${days} days`}: ${row.name}`,
          text: [
            `The credential "${row.name}" (${row.masked}) stops working on ${end} UTC.`,
            '',
            'Issue another one and move your programs to it before then. Nothing needs to be done when it is not needed.',
          ].join('\n'),
          dedupeKey: `expiry ${row.id} ${row.expires_at_ms} ${days} ${to}`,
        });
      }
    });
    return contacts.length;
  };

  return {
    /** findings lists what an owner should look at, the gravest first. Throws `permission.refused`. */
    findings: async (actor: Actor, ownerId: string): Promise<Finding[]> => {
      await requireManager(deps, actor, ownerId);
      const nowMs = clock.nowMs();
      const all: Finding[] = [];
      for (const row of await listCredentials(control.db, { ownerId })) {
        const found = [...(await useFindings(row, nowMs)), ...ageFindings(row, nowMs)];
        all.push(...found.map((each) => ({ ...each, credentialId: row.id, name: row.name, masked: row.masked })));
      }
      return all.toSorted((a, b) => order.indexOf(a.kind) - order.indexOf(b.kind));
    },

    /**
     * remindExpiring mails the owners of credentials that end in 30, 7 or 1 days, each once a credential and step, however
     * often and on however many nodes it runs. Returns how many mails it asked for.
     */
    remindExpiring: async (): Promise<number> => {
      const nowMs = clock.nowMs();
      let asked = 0;
      for (const row of await listExpiring(control.db, nowMs, nowMs + remindDays[0] * dayMs)) {
        const days = reminderAt(row.expires_at_ms, row.created_at_ms, nowMs);
        if (days !== null) asked += await remind(row, days);
      }
      return asked;
    },
  };
};

const order: readonly FindingKind[] = [
  'leaked',
  'exposed',
  'used_after_end',
  'new_network',
  'never_used',
  'idle',
  'old',
  'no_expiry',
];

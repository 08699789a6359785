import type { Actor, Family } from '../kernel/index.ts';
import { inTransaction, type Db } from '../storage/index.ts';
import { scopeOf } from './authority.ts';
import type { CredentialsDeps } from './deps.ts';
import { familyOf } from './reading.ts';
import { withoutCredentials } from './scanning.ts';
import type { CredentialRow } from './store.ts';
import { insertLeak } from './use-store.ts';

/** A credential that somebody found where it should not be. */
export interface LeakReport {
  /** The whole text that was found. Never logged. */
  readonly presented: string;
  /** Where: an address, or a file and line. */
  readonly url: string;
  /** Who says so: `github`, `gitlab`, `anonymous`, `scan-secrets`. */
  readonly reporter: string;
}

/** What a report came to, in the order of the reports. */
export type LeakVerdict =
  | { readonly kind: 'unknown' }
  | {
      readonly kind: 'ours';
      readonly credentialId: string;
      readonly family: Family;
      readonly masked: string;
      /** False when it had been revoked before. */
      readonly isNewlyRevoked: boolean;
    };

export interface LeakDeps {
  readonly prove: (presented: string) => Promise<CredentialRow | null>;
  readonly revokeLeaked: (tx: Db, id: string, actor: Actor, place: string) => Promise<boolean>;
}

const placeLengthMax = 500;

/** cleanPlace is a place that may be kept: an address can hold the very credential that was found there. */
const cleanPlace = (text: string): string =>
  // eslint-disable-next-line no-control-regex -- control characters have no place in a log or mail
  withoutCredentials(text.replaceAll(/[\u0000-\u001f\u007f]+/g, ' ')).slice(0, placeLengthMax);

interface Found {
  readonly row: CredentialRow;
  readonly place: string;
  readonly reporter: string;
}

export const leakVerbs = (deps: CredentialsDeps, { prove, revokeLeaked }: LeakDeps) => {
  const { control, clock } = deps;

  const tell = async (tx: Db, { row, place }: Found, contacts: readonly string[]): Promise<void> => {
    for (const to of contacts) {
      await deps.mail.send(tx, {
        to,
        subject: `Credential revoked: ${row.name} was found in public`,
        text: [
          `The credential "${row.name}" (${row.masked}) was found where others can read it:`,
          place,
          '',
          'It has been revoked and no longer works. Issue a new one, put it where only your program can read it, and',
          'look at the activity log for requests that were not yours.',
        ].join('\n'),
        dedupeKey: `leak ${row.id} ${to}`,
      });
    }
  };

  const note = async (tx: Db, found: Found, actor: Actor, isNew: boolean): Promise<void> => {
    const { row, place, reporter } = found;
    await insertLeak(tx, { credential_id: row.id, reporter, place, reported_at_ms: clock.nowMs() });
    await deps.audit.record(tx, {
      actor,
      scope: scopeOf(row.owner_id),
      action: 'credential.leaked',
      object: { kind: 'credential', id: row.id, name: row.name },
      after: { masked: row.masked, place, reporter, newly_revoked: isNew },
    });
  };

  return {
    /**
     * reportLeaks proves every report and revokes at once what is ours: when it returns, those are dead on every node.
     * Their owners get a mail, and the audit log says where they were found. Nothing is done about what is not ours.
     */
    reportLeaks: async (actor: Actor, reports: readonly LeakReport[]): Promise<LeakVerdict[]> => {
      const proved: (CredentialRow | null)[] = [];
      const found = new Map<string, Found>();
      const contacts = new Map<string, readonly string[]>();
      for (const { presented, url, reporter } of reports) {
        const row = await prove(presented.trim());
        proved.push(row);
        if (row === null || found.has(row.id)) continue;
        found.set(row.id, { row, place: cleanPlace(url), reporter: cleanPlace(reporter) });
        contacts.set(row.owner_id, contacts.get(row.owner_id) ?? (await deps.contactsOf(row.owner_id)));
      }
      // In one order, so that two reports of the same owners do not wait for each other.
      const ordered = [...found.values()].toSorted(
        (a, b) => compare(a.row.owner_id, b.row.owner_id) || compare(a.row.id, b.row.id),
      );
      const revoked = await inTransaction(control.db, async (tx) => {
        const ids = new Set<string>();
        // All fences before the first entry of the audit log: its lock is the last that a transaction takes.
        await deps.moveFence(tx, [...new Set(ordered.map(({ row }) => row.owner_id))]);
        for (const each of ordered) {
          const isNew = await revokeLeaked(tx, each.row.id, actor, each.place);
          if (isNew) {
            ids.add(each.row.id);
            await tell(tx, each, contacts.get(each.row.owner_id) ?? []);
          }
          await note(tx, each, actor, isNew);
        }
        return ids;
      });
      return proved.map((row) => {
        if (row === null) return { kind: 'unknown' };
        const { id: credentialId, masked } = row;
        return { kind: 'ours', credentialId, family: familyOf(row), masked, isNewlyRevoked: revoked.has(credentialId) };
      });
    },
  };
};

const compare = (a: string, b: string): number => (a < b ? -1 : Number(a > b));

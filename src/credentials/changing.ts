import type { Actor } from '../kernel/index.ts';
import { inTransaction, type Db } from '../storage/index.ts';
import { normalRanges } from './address-rule.ts';
import { requireManager, scopeOf, userIdOf } from './authority.ts';
import type { CredentialsDeps } from './deps.ts';
import { ruleOf } from './families/registry.ts';
import { credentialOf, familyOf } from './reading.ts';
import { findCredential, listCredentials, updateCredential, type CredentialRow } from './store.ts';
import { requireState, targetOf, type Found } from './target.ts';
import { difference } from './trail.ts';
import type { Credential, CredentialChange, CredentialTarget } from './types.ts';
import { checkedDescription, checkedExpiry, checkedName } from './wording.ts';

/** What a change writes, and how the audit log calls it; null: there is nothing to do. */
interface Step {
  readonly action: string;
  readonly columns: Partial<CredentialRow>;
  readonly before?: Readonly<Record<string, unknown>>;
  readonly after?: Readonly<Record<string, unknown>>;
}

export const changingVerbs = (deps: CredentialsDeps) => {
  const { control, clock } = deps;

  const write = async (tx: Db, row: CredentialRow, step: Step, actor: Actor): Promise<void> => {
    await updateCredential(tx, row.id, step.columns);
    await deps.audit.record(tx, {
      actor,
      scope: scopeOf(row.owner_id),
      action: step.action,
      object: { kind: 'credential', id: row.id, name: row.name },
      before: step.before ?? { state: row.state, masked: row.masked },
      after: step.after ?? { state: step.columns.state ?? row.state },
    });
  };

  /** change runs one change of a credential under its owner's fence, which the charge of every request confirms. */
  const change = async (target: CredentialTarget, work: (row: Found) => Step | null): Promise<Credential> => {
    const { owner_id: ownerId } = await targetOf(deps, target);
    await inTransaction(control.db, async (tx) => {
      await deps.moveFence(tx, [ownerId]);
      // Read again behind the fence's lock: two changes at once take turns and the second sees the first.
      const row = await targetOf(deps, target, tx);
      const step = work(row);
      if (step !== null) await write(tx, row, step, target.actor);
    });
    return credentialOf(await targetOf(deps, target), clock.nowMs());
  };

  const ended = (actor: Actor): Step => ({
    action: 'credential.revoked',
    columns: { state: 'revoked', ended_by: userIdOf(actor), state_changed_at_ms: clock.nowMs() },
  });

  const columnsOf = (row: Found, input: CredentialChange): Partial<CredentialRow> => ({
    ...(input.name === undefined ? {} : { name: checkedName(input.name) }),
    ...(input.description === undefined ? {} : { description: checkedDescription(input.description) }),
    ...(input.scopes === undefined ? {} : { scopes: JSON.stringify(ruleOf(familyOf(row)).scopesOf(input.scopes)) }),
    ...(input.expiresAtMs === undefined ? {} : { expires_at_ms: checkedExpiry(input.expiresAtMs, clock.nowMs()) }),
    ...(input.allowedAddresses === undefined
      ? {}
      : { allowed_addresses: JSON.stringify(normalRanges(input.allowedAddresses)) }),
    ...(input.isMcpEnabled === undefined ? {} : { is_mcp_enabled: input.isMcpEnabled ? 1 : 0 }),
  });

  return {
    /**
     * update changes name, description, scopes, addresses, expiry or the MCP flag of a credential that is active or
     * suspended; what is absent stays. Throws `credential.not_found`, `credential.state_conflict`,
     * `request.invalid_parameter`, `permission.refused`.
     */
    update: ({
      change: input,
      ...target
    }: CredentialTarget & { readonly change: CredentialChange }): Promise<Credential> =>
      change(target, (row) => {
        requireState(row, ['active', 'suspended'], 'changed', clock.nowMs());
        const columns = columnsOf(row, input);
        const changed = difference(row, { ...row, ...columns });
        if (changed === null) return null;
        const isRenamed = Object.keys(changed.after).join() === 'name';
        return { action: isRenamed ? 'credential.renamed' : 'credential.updated', columns, ...changed };
      }),

    /** revoke ends a credential for good. Revoking a revoked one changes nothing. */
    revoke: (target: CredentialTarget): Promise<Credential> =>
      change(target, (row) => (row.state === 'revoked' ? null : ended(target.actor))),

    suspend: (target: CredentialTarget): Promise<Credential> =>
      change(target, (row) => {
        if (row.state === 'suspended') return null;
        requireState(row, ['active'], 'suspended', clock.nowMs());
        return {
          action: 'credential.suspended',
          columns: { state: 'suspended', state_changed_at_ms: clock.nowMs() },
        };
      }),

    resume: (target: CredentialTarget): Promise<Credential> =>
      change(target, (row) => {
        if (row.state === 'active') return null;
        requireState(row, ['suspended'], 'resumed', clock.nowMs());
        return { action: 'credential.resumed', columns: { state: 'active', state_changed_at_ms: clock.nowMs() } };
      }),

    /**
     * revokeAllOf ends every credential of an owner in the transaction that ends the owner, and returns how many. The
     * caller has asked for the permission.
     */
    revokeAllOf: async (tx: Db, ownerId: string, actor: Actor): Promise<number> => {
      if (actor.kind === 'credential') await requireManager(deps, actor, ownerId);
      await deps.moveFence(tx, [ownerId]);
      const alive = (await listCredentials(tx, { ownerId })).filter((row) => row.state !== 'revoked');
      for (const row of alive) await write(tx, row, ended(actor), actor);
      return alive.length;
    },

    /** revokeLeaked ends one credential inside `tx`, whatever its state; false when it had ended already. */
    revokeLeaked: async (tx: Db, id: string, actor: Actor, place: string): Promise<boolean> => {
      const known = await findCredential(tx, id);
      if (known === undefined) return false;
      await deps.moveFence(tx, [known.owner_id]);
      const row = await findCredential(tx, id);
      if (row === undefined || row.state === 'revoked') return false;
      await write(tx, row, { ...ended(actor), after: { state: 'revoked', reason: 'leaked', place } }, actor);
      return true;
    },
  };
};

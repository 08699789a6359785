import { AppError, fail, type Actor } from '../kernel/index.ts';
import { inTransaction, type Db } from '../storage/index.ts';
import { normalRanges } from './address-rule.ts';
import { requireManager, scopeOf, userIdOf } from './authority.ts';
import { requireState, targetOf, type Found } from './target.ts';
import type { CredentialsDeps } from './deps.ts';
import type { FamilyRule } from './families/rule.ts';
import { ruleOf } from './families/registry.ts';
import { refusalAt } from './judgement.ts';
import { mint, type Given } from './minting.ts';
import { credentialOf, familyOf } from './reading.ts';
import { countUsable, hasMeter, insertCredential, updateCredential, type CredentialRow } from './store.ts';
import { recorded } from './trail.ts';
import type { CredentialTarget, IssuedCredential, NewCredential } from './types.ts';
import { checkedDescription, checkedExpiry, checkedName } from './wording.ts';

export const issuingVerbs = (deps: CredentialsDeps) => {
  const { control, clock } = deps;

  /**
   * requireOwner throws `account.not_found` for an owner that is gone, whose ledger row stays, and the refusal of a plan: a
   * key that could not be used is not handed out. It stands behind the fence's lock, which deletions and plans take too.
   */
  const requireOwner = async (tx: Db, rule: FamilyRule, ownerId: string): Promise<void> => {
    const standing = await deps.standing(ownerId, tx);
    if (standing === null || !(await hasMeter(tx, ownerId))) {
      throw fail('account.not_found', { message: `No owner ${ownerId}` });
    }
    const refusal = rule.needsPlan ? refusalAt(standing, clock.nowMs()) : null;
    if (refusal !== null) throw fail(refusal);
  };

  const checked = (rule: FamilyRule, input: NewCredential): Given => {
    if (!input.ownerId.startsWith(rule.ownerPrefix)) {
      throw fail('request.invalid_parameter', { message: `${input.ownerId} cannot own a ${input.family}` });
    }
    return {
      owner_id: input.ownerId,
      name: checkedName(input.name),
      description: checkedDescription(input.description ?? ''),
      scopes: JSON.stringify(rule.scopesOf(input.scopes)),
      allowed_addresses: JSON.stringify(normalRanges(input.allowedAddresses ?? [])),
      expires_at_ms: checkedExpiry(input.expiresAtMs ?? null, clock.nowMs()),
      created_by: userIdOf(input.actor),
      is_mcp_enabled: input.isMcpEnabled === true ? 1 : 0,
    };
  };

  const insert = async (tx: Db, row: CredentialRow, presented: string): Promise<IssuedCredential> => {
    const number = await insertCredential(tx, row);
    const unused = { number, requests: 0, last_used_at_ms: null, last_used_address: null };
    return { ...credentialOf({ ...row, ...unused }, clock.nowMs()), presented };
  };

  /** write issues behind the lock of the owner's ledger row, so that a limit holds however many ask at once. */
  const write = async (tx: Db, rule: FamilyRule, given: Given, actor: Actor): Promise<IssuedCredential> => {
    const ownerId = given.owner_id;
    await deps.moveFence(tx, [ownerId]);
    await requireOwner(tx, rule, ownerId);
    if (rule.activeMax !== null && (await countUsable(tx, ownerId, rule.family, clock.nowMs())) >= rule.activeMax) {
      throw fail('credential.limit_reached', {
        message: `At most ${rule.activeMax} active ${rule.family}s`,
        detail: { limit: rule.activeMax },
      });
    }
    const { row, presented } = await mint(deps, tx, rule.family, given);
    const issued = await insert(tx, row, presented);
    await deps.audit.record(tx, {
      actor,
      scope: scopeOf(ownerId),
      action: 'credential.issued',
      object: { kind: 'credential', id: row.id, name: row.name },
      after: recorded(row),
    });
    return issued;
  };

  const succeed = async (
    tx: Db,
    row: Found,
    target: CredentialTarget,
    overlapMs: number,
  ): Promise<IssuedCredential> => {
    requireState(row, ['active'], 'rotated', clock.nowMs());
    const { name, description, scopes, allowed_addresses, expires_at_ms, is_mcp_enabled } = row;
    const { row: successor, presented } = await mint(deps, tx, familyOf(row), {
      owner_id: row.owner_id,
      created_by: userIdOf(target.actor) === '' ? row.created_by : userIdOf(target.actor),
      name,
      description,
      scopes,
      allowed_addresses,
      expires_at_ms,
      is_mcp_enabled,
    });
    const issued = await insert(tx, successor, presented);
    const overlapUntilMs = clock.nowMs() + overlapMs;
    await updateCredential(tx, row.id, {
      state: 'rotated',
      successor_id: successor.id,
      overlap_until_ms: overlapUntilMs,
      ended_by: userIdOf(target.actor),
      state_changed_at_ms: clock.nowMs(),
    });
    await deps.audit.record(tx, {
      actor: target.actor,
      scope: scopeOf(row.owner_id),
      action: 'credential.rotated',
      object: { kind: 'credential', id: row.id, name: row.name },
      before: { masked: row.masked },
      after: { masked: successor.masked, successor: successor.id, overlap_until_ms: overlapUntilMs },
    });
    return issued;
  };

  return {
    /**
     * issue makes a credential and returns its secret, once. With `within` it joins that transaction, whose owner has
     * asked for the permission.
     * Throws `permission.refused`, `request.invalid_parameter`, `account.not_found`, `credential.limit_reached`, and for
     * user keys the refusal of the owner's plan (`plan.required`, `plan.past_due`, `plan.ended`, `plan.expired`, `owner.disabled`).
     */
    issue: async (input: NewCredential, within: Db = control.db): Promise<IssuedCredential> => {
      const isAlone = !within.isTransaction;
      if (isAlone || input.actor.kind === 'credential') await requireManager(deps, input.actor, input.ownerId);
      const rule = ruleOf(input.family);
      const given = checked(rule, input);
      const work = (): Promise<IssuedCredential> => inTransaction(within, (tx) => write(tx, rule, given, input.actor));
      try {
        return await work();
      } catch (error) {
        // Another owner drew the same public part between looking and writing: draw again, unless the caller's
        // transaction is spoilt by it.
        if (!isAlone || !(error instanceof AppError) || error.code !== 'storage.unique') throw error;
        return work();
      }
    },

    /**
     * rotate issues a successor with the same name, rights, addresses and expiry. The old one works for `overlapMs` more
     * (0 to 30 days; user keys: 0), then never again.
     * Throws `credential.not_found`, `permission.refused`, `credential.state_conflict`, `request.invalid_parameter`.
     */
    rotate: async (target: CredentialTarget & { readonly overlapMs?: number }): Promise<IssuedCredential> => {
      const found = await targetOf(deps, target);
      const rule = ruleOf(familyOf(found));
      const { overlapMs = 0 } = target;
      if (!Number.isInteger(overlapMs) || overlapMs < 0 || overlapMs > rule.overlapMsMax) {
        throw fail('request.invalid_parameter', {
          message:
            rule.overlapMsMax === 0
              ? `A rotated ${rule.family} ends at once: no overlap`
              : `The overlap is 0 seconds to ${rule.overlapMsMax / 86_400_000} days`,
        });
      }
      return inTransaction(control.db, async (tx) => {
        await deps.moveFence(tx, [found.owner_id]);
        // What is left of a deleted owner is revoked, and is told so.
        if (rule.needsPlan) await requireOwner(tx, rule, found.owner_id);
        // Read again behind the fence's lock: of two rotations at once, the second sees the first.
        return succeed(tx, await targetOf(deps, target, tx), target, overlapMs);
      });
    },
  };
};

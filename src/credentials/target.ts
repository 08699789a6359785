import { fail } from '../kernel/index.ts';
import type { Db } from '../storage/index.ts';
import { mayManage, requireManager } from './authority.ts';
import type { CredentialsDeps } from './deps.ts';
import { stateAt } from './judgement.ts';
import { findCredential, type CredentialRead } from './store.ts';
import type { CredentialState, CredentialTarget } from './types.ts';

/** A credential that the actor may manage. */
export type Found = CredentialRead;

/**
 * targetOf reads the credential that somebody means. One that the actor may not manage is not found, so that ids tell
 * nothing; a credential as actor gets `permission.refused`.
 */
export const targetOf = async (
  deps: CredentialsDeps,
  target: CredentialTarget,
  db: Db = deps.control.db,
): Promise<Found> => {
  if (target.actor.kind === 'credential') await requireManager(deps, target.actor, '');
  const row = await findCredential(db, target.id);
  const isMeant = row !== undefined && (target.ownerId === undefined || target.ownerId === row.owner_id);
  // Inside a transaction the permission has been asked for already, on a connection that is free.
  const isAllowed = isMeant && (db.isTransaction || (await mayManage(deps, target.actor, row.owner_id)));
  if (!isAllowed) throw fail('credential.not_found', { message: `No credential ${target.id}` });
  return row;
};

/** requireState throws `credential.state_conflict` unless the credential is in one of the states. */
export const requireState = (row: Found, states: readonly CredentialState[], wanted: string, nowMs: number): void => {
  const state = stateAt(row, nowMs);
  if (states.includes(state)) return;
  throw fail('credential.state_conflict', { message: `Credential ${row.id} is ${state} and cannot be ${wanted}` });
};

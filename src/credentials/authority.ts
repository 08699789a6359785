import { fail, type Actor, type AuditScope } from '../kernel/index.ts';
import type { CredentialsDeps } from './deps.ts';

/**
 * mayManage says whether the actor may manage credentials of the owner. A credential never may, whatever its scopes;
 * operator and server always may.
 */
export const mayManage = async (
  deps: Pick<CredentialsDeps, 'mayManage'>,
  actor: Actor,
  ownerId: string,
): Promise<boolean> => {
  switch (actor.kind) {
    case 'operator':
    case 'system':
      return true;
    case 'user':
      return deps.mayManage(actor, ownerId);
    case 'credential':
      return false;
  }
};

/** requireManager throws `permission.refused` unless the actor may manage credentials of the owner. */
export const requireManager = async (
  deps: Pick<CredentialsDeps, 'mayManage'>,
  actor: Actor,
  ownerId: string,
): Promise<void> => {
  if (await mayManage(deps, actor, ownerId)) return;
  throw fail('permission.refused', {
    message:
      actor.kind === 'credential'
        ? 'A credential cannot manage credentials'
        : 'Not allowed to manage these credentials',
  });
};

const scopeKinds: Readonly<Record<string, AuditScope['kind']>> = {
  prj_: 'project',
  org_: 'organization',
  usr_: 'account',
  sub_: 'subscription',
};

/** scopeOf names the log that a change of an owner's credential belongs to. */
export const scopeOf = (ownerId: string): AuditScope => {
  const kind = scopeKinds[ownerId.slice(0, 4)] ?? 'system';
  return { kind, id: kind === 'project' ? ownerId.slice(4) : ownerId };
};

/** userIdOf is what the columns about people hold: empty for operator and server. */
export const userIdOf = (actor: Actor): string => (actor.kind === 'user' ? actor.id : '');

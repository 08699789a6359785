/** What requests of signed-in people are admitted as where they count with those of credentials. */
import { projectOwnerId, termsAt } from './accounts/index.ts';
import type { PeopleVerbs } from './http/index.ts';
import { operatorActor, type Clock, type Family, type VerifiedCredential } from './kernel/index.ts';
import type { Parts } from './parts.ts';

/** holdersOf binds what the routes of people need to have their requests admitted. */
export const holdersOf = (
  { accounts, admission, control }: Pick<Parts, 'accounts' | 'admission' | 'control'>,
  clock: Clock,
): PeopleVerbs['holders'] => {
  const holderOf = async (ownerId: string, userId: string, family: Family): Promise<VerifiedCredential | null> => {
    // The fence first: if the owner changes while the rest is read, the charge is refused as stale.
    const fence = await admission.fenceOf(control.db, ownerId);
    const standing = await accounts.standing(ownerId);
    if (fence === undefined || standing === null) return null;
    return { id: userId, family, ownerId, fence, terms: termsAt(standing, clock.nowMs()), scopes: {} };
  };
  return {
    ofMember: async (projectId, userId) => {
      const ownerId = projectOwnerId(projectId);
      const access = await accounts.accessTo({ ...operatorActor, kind: 'user', id: userId }, ownerId);
      return access === 'none' ? null : holderOf(ownerId, userId, 'project-token');
    },
    ofPerson: (userId) => holderOf(userId, userId, 'user-key'),
  };
};

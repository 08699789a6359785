import type { Db } from '../storage/index.ts';
import { parseOwner } from './owner.ts';
import { listOrganizationMembers, listProjectMembers } from './store/member-store.ts';
import { findSubscription } from './store/subscription-store.ts';
import { listUsersById } from './store/user-store.ts';

/** Who answers for an owner: the person, those who manage the project, the owners of the organisation. */
const peopleOf = async (db: Db, ownerId: string): Promise<string[]> => {
  const owner = parseOwner(ownerId);
  switch (owner?.kind) {
    case 'user':
      return [owner.id];
    case 'subscription': {
      const row = await findSubscription(db, owner.id);
      return row === undefined ? [] : [row.user_id];
    }
    case 'project': {
      const members = await listProjectMembers(db, owner.id);
      return members.filter(({ role }) => role !== 'member').map(({ user_id }) => user_id);
    }
    case 'organization': {
      const members = await listOrganizationMembers(db, owner.id);
      return members.filter(({ role }) => role === 'owner').map(({ user_id }) => user_id);
    }
    case undefined:
      return [];
  }
};

/** contactsOf returns the e-mail addresses of the active people who answer for an owner, in alphabetical order. */
export const contactsOf = async (db: Db, ownerId: string): Promise<string[]> => {
  const rows = await listUsersById(db, await peopleOf(db, ownerId));
  return rows
    .filter(({ state }) => state === 'active')
    .map(({ email }) => email)
    .toSorted();
};

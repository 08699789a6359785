import { operatorActor, type Actor } from '../kernel/index.ts';
import type { Node } from '../../test/support/actors.ts';
import type { Project, User } from '../accounts/index.ts';

/** Names to subscribe to. */
export interface Named {
  readonly vendors?: readonly string[];
  readonly products?: readonly (readonly [string, string])[];
}

/** asUser is a signed-in person as actor. */
export const asUser = (user: Pick<User, 'id' | 'email'>): Actor => ({
  ...operatorActor,
  kind: 'user',
  id: user.id,
  name: user.email,
});

/** personOn makes a person with that name before the @, who may own a few projects. */
export const personOn = ({ accounts }: Node, name: string): Promise<User> =>
  accounts.users.create({ actor: operatorActor, email: `${name}@example.org`, plan: 'pro' });

/** projectOn makes an organisation and a project in it, both of the same owner. */
export const projectOn = async ({ accounts }: Node, owner: User, name: string): Promise<Project> => {
  const organization = await accounts.organizations.create({ actor: asUser(owner), name: `${owner.name} org` });
  return accounts.projects.create({ actor: asUser(owner), organization: organization.id, name });
};

/** codesOf returns the error codes of those of several calls that failed, sorted. */
export const codesOf = (results: readonly PromiseSettledResult<unknown>[]): string[] =>
  results
    .flatMap((result) => (result.status === 'rejected' ? [String(Reflect.get(Object(result.reason), 'code'))] : []))
    .toSorted();

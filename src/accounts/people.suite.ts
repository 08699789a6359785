import { operatorActor, type Actor } from '../kernel/index.ts';
import type { PlanName } from '../config/index.ts';
import type { Node } from '../../test/support/actors.ts';
import type { Project, User } from './index.ts';

/** asUser is a signed-in person as actor. */
export const asUser = (user: Pick<User, 'id' | 'email'>): Actor => ({
  kind: 'user',
  id: user.id,
  name: user.email,
  address: '203.0.113.9',
  client: 'test/1',
  correlationId: 'c-1',
});

/** personOn makes a person with that name before the @. */
export const personOn = ({ accounts }: Node, name: string, plan: PlanName = 'free'): Promise<User> =>
  accounts.users.create({ actor: operatorActor, email: `${name}@example.org`, plan });

/** projectOn makes an organisation and a project in it, both of the same owner. */
export const projectOn = async ({ accounts }: Node, owner: User, name = 'Web Shop'): Promise<Project> => {
  const organization = await accounts.organizations.create({ actor: asUser(owner), name: `${owner.name} org` });
  return accounts.projects.create({ actor: asUser(owner), organization: organization.id, name });
};

/** codeOf returns the code of the last mail to an address. */
export const codeOf = ({ mails }: Node, email: string): string => {
  const mail = mails.findLast(({ to }) => to === email);
  return /code is (\d{6})/.exec(mail?.text ?? '')?.[1] ?? '';
};

/** codesOf returns the error codes of those of several calls that failed, sorted. */
export const codesOf = (results: readonly PromiseSettledResult<unknown>[]): string[] =>
  results
    .flatMap((result) => (result.status === 'rejected' ? [String(Reflect.get(Object(result.reason), 'code'))] : []))
    .toSorted();

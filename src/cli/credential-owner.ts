import type { Parts } from '../parts.ts';
import { fail, operatorActor, type Family } from '../kernel/index.ts';

/** The options that name an owner, as they were given. */
export interface OwnerOptions {
  readonly project?: string;
  readonly email?: string;
  readonly subscription?: string;
  readonly org?: string;
}

/** ownerOptions are for parseArguments. */
export const ownerOptions = {
  project: { type: 'string' },
  email: { type: 'string' },
  subscription: { type: 'string' },
  org: { type: 'string' },
} as const;

/** Which option names the owner of a credential of each family. */
export const ownerOptionOf: Readonly<Record<Family, keyof OwnerOptions>> = {
  'project-token': 'project',
  'user-key': 'email',
  'subscription-key': 'subscription',
  'organization-token': 'org',
};

const namesOf = (given: OwnerOptions): (keyof OwnerOptions)[] =>
  (['project', 'email', 'subscription', 'org'] as const).filter((name) => given[name] !== undefined);

/** givenOwner returns the one option that names an owner, or null. Throws `cli.usage` for more than one. */
export const givenOwner = (given: OwnerOptions): keyof OwnerOptions | null => {
  const [name, ...more] = namesOf(given);
  if (more.length > 0)
    throw fail('cli.usage', { message: `--${name} and --${more.join(' and --')} exclude each other` });
  return name ?? null;
};

/** requireOwnerOption checks that the family's own option, and no other, names the owner. Throws `cli.usage`. */
export const requireOwnerOption = (family: Family, given: OwnerOptions): void => {
  const wanted = ownerOptionOf[family];
  if (givenOwner(given) !== wanted) throw fail('cli.usage', { message: `a ${family} needs --${wanted}` });
};

/**
 * ownerIdOf finds the owner. Throws `cli.usage`, `project.not_found`, `account.not_found`, `subscription.not_found` or
 * `organization.not_found`.
 */
export const ownerIdOf = async ({ accounts }: Parts, given: OwnerOptions): Promise<string | null> => {
  const actor = operatorActor;
  switch (givenOwner(given)) {
    case null:
      return null;
    case 'project': {
      const text = given.project ?? '';
      if (!/^[1-9]\d{0,14}$/.test(text))
        throw fail('cli.usage', { message: `--project needs a number, not '${text}'` });
      if ((await accounts.projects.find({ actor, projectId: Number(text) })) === null) {
        throw fail('project.not_found', { message: `No project ${text}` });
      }
      return `prj_${text}`;
    }
    case 'email': {
      const user = await accounts.users.findByEmail(given.email ?? '');
      if (user === null) throw fail('account.not_found', { message: `No user with the address ${given.email}` });
      return user.id;
    }
    case 'subscription':
      return (await accounts.subscriptions.get(given.subscription ?? '')).id;
    case 'org': {
      const found = await accounts.organizations.find({ actor, organization: given.org ?? '' });
      if (found === null) throw fail('organization.not_found', { message: `No organisation ${given.org}` });
      return found.id;
    }
  }
};

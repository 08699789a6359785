import { randomBytes } from 'node:crypto';
import { operatorActor, type Family } from '../src/kernel/index.ts';
import type { Parts } from '../src/parts.ts';

/** What is wrong with a credential that is right in form and checksum. */
export const kinds = ['unknown', 'wrong', 'revoked'] as const;
export type Kind = (typeof kinds)[number];

export const families: readonly Family[] = ['project-token', 'user-key', 'subscription-key', 'organization-token'];

/** Credentials of one family by what is wrong with them, as many of each. */
export type Pools = Readonly<Record<Kind, readonly string[]>>;

/** Of each kind that one person may have at once: a person has at most five user keys. */
const perOwner = 2;

/** Credentials beside them that nobody presents: what is read in place of an unknown one is mostly none that is drawn, too. */
const besidePerOwner = 12;

/** ownersOf makes a person and one owner of every family. */
const ownersOf = async ({ accounts }: Parts, index: number): Promise<Readonly<Record<Family, string>>> => {
  const actor = operatorActor;
  const email = `person${index}@example.org`;
  const person = await accounts.users.create({ actor, email, plan: 'pro' });
  const organization = await accounts.organizations.create({ actor, name: `org ${index}`, ownerEmail: email });
  const project = await accounts.projects.create({
    actor,
    organization: organization.id,
    name: `project ${index}`,
    ownerEmail: email,
  });
  const subscription = await accounts.subscriptions.create({ actor, email, tier: 'plus' });
  return {
    'project-token': `prj_${project.id}`,
    'user-key': person.id,
    'subscription-key': subscription.id,
    'organization-token': organization.id,
  };
};

/** spoil makes a credential that was issued like all others into one of the kind. */
const spoil = async ({ control, credentials }: Parts, id: string, kind: Kind): Promise<void> => {
  if (kind === 'revoked') {
    await credentials.revoke({ actor: operatorActor, id });
    return;
  }
  // The stored half is changed, not the text: texts of all kinds come from one source and cost the same to read.
  const { db } = control;
  if (kind === 'wrong') {
    const digest = randomBytes(32).toString('hex');
    await db.updateTable('credentials').set({ digest }).where('id', '=', id).execute();
    return;
  }
  for (const table of ['credential_activity', 'credential_numbers'] as const) {
    await db.deleteFrom(table).where('credential_id', '=', id).execute();
  }
  await db.deleteFrom('credentials').where('id', '=', id).execute();
};

/** populate issues credentials of every family and spoils them; `size` is how many of each kind a family has. */
export const populate = async (parts: Parts, size: number): Promise<Readonly<Record<Family, Pools>>> => {
  const empty = (): Record<Kind, string[]> => ({ unknown: [], wrong: [], revoked: [] });
  const pools = {
    'project-token': empty(),
    'user-key': empty(),
    'subscription-key': empty(),
    'organization-token': empty(),
  } satisfies Record<Family, Record<Kind, string[]>>;
  for (let index = 0; index * perOwner < size; index += 1) {
    const owners = await ownersOf(parts, index);
    for (const family of families) {
      const issue = () =>
        parts.credentials.issue({
          actor: operatorActor,
          family,
          ownerId: owners[family],
          name: 'timing',
          ...(family === 'project-token' ? { scopes: { alerts: 'read' } } : {}),
        });
      for (const kind of [...kinds, ...kinds]) {
        const issued = await issue();
        pools[family][kind].push(issued.presented);
        await spoil(parts, issued.id, kind);
      }
      for (let count = 0; count < besidePerOwner; count += 1) await spoil(parts, (await issue()).id, 'revoked');
    }
  }
  return pools;
};

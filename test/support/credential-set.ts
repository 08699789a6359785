import { operatorActor, type Family } from '../../src/kernel/index.ts';
import type { PeopleApp, SignedIn } from './people-app.ts';

/** What can be wrong with a credential, or that nothing is. */
export const conditions = [
  'good',
  'malformed',
  'unknown',
  'revoked',
  'expired',
  'suspended',
  'wrong scope',
  'wrong tenant',
  'disabled owner',
] as const;
export type Condition = (typeof conditions)[number];

export const families: readonly Family[] = ['project-token', 'user-key', 'subscription-key', 'organization-token'];

/** Right in form, and a checksum of nothing that was ever issued. */
const unknownOf: Record<Family, string> = {
  'project-token': `cvefeed_AAAAAAAA_${'0'.repeat(64)}`,
  'user-key': `cvf_${'0'.repeat(48)}`,
  'subscription-key': 'a1b2c3d4-e5f6-7890-abcd-ef1234567890-98765432-dcba-4321-9876-000000000000',
  'organization-token': `opc_org.${'A'.repeat(12)}.${'A'.repeat(32)}`,
};

type Scopes = Readonly<Record<string, 'none' | 'read' | 'write'>>;
const everything: Record<Family, Scopes> = {
  'project-token': {
    vulnerabilities: 'write',
    subscriptions: 'write',
    alerts: 'write',
    integrations: 'write',
    activity_log: 'write',
    project: 'write',
  },
  'user-key': { '*': 'write' },
  'subscription-key': { '*': 'write' },
  'organization-token': { '*': 'write' },
};
const besides: Record<Family, Scopes> = {
  'project-token': { alerts: 'write' },
  'user-key': { nothing: 'write' },
  'subscription-key': { nothing: 'write' },
  'organization-token': { '*': 'read', reports: 'read' },
};

/** The owners of credentials that a person has. */
export interface Holdings {
  readonly person: SignedIn;
  readonly projectId: number;
  readonly organization: string;
  readonly ownerIds: Readonly<Record<Family, string>>;
}

/** holdingsOf gives a person one owner of every family. */
export const holdingsOf = async (server: PeopleApp, person: SignedIn): Promise<Holdings> => {
  const { accounts } = server.app.parts;
  const projectId = await server.project(person);
  const organization = `org of ${person.email}`;
  const found = await accounts.organizations.find({ actor: operatorActor, organization });
  const { id } = await accounts.subscriptions.create({ actor: operatorActor, email: person.email, tier: 'business' });
  return {
    person,
    projectId,
    organization,
    ownerIds: {
      'project-token': `prj_${projectId}`,
      'user-key': person.id,
      'subscription-key': id,
      'organization-token': found?.id ?? '',
    },
  };
};

const issue = async (server: PeopleApp, { ownerIds, person }: Holdings, family: Family, condition: Condition) => {
  const { credentials } = server.app.parts;
  const issued = await credentials.issue({
    // By the person: what somebody made for an organisation ends with the person, who is not its owner alone.
    actor: { ...operatorActor, kind: 'user', id: person.id, name: person.email },
    family,
    ownerId: ownerIds[family],
    name: condition,
    scopes: condition === 'wrong scope' ? besides[family] : everything[family],
    ...(condition === 'expired' ? { expiresAtMs: server.clock.nowMs() + 1 } : {}),
  });
  const target = { actor: operatorActor, id: issued.id };
  if (condition === 'revoked') await credentials.revoke(target);
  if (condition === 'suspended') await credentials.suspend(target);
  return issued.presented;
};

/** credentialSet issues a credential of every family in every condition; `mine` owns all but the last two kinds. */
export const credentialSet = async (
  server: PeopleApp,
  { mine, theirs, disabled }: { readonly mine: Holdings; readonly theirs: Holdings; readonly disabled: Holdings },
): Promise<(family: Family, condition: Condition) => string> => {
  const texts = new Map<string, string>();
  for (const family of families) {
    for (const condition of conditions) {
      const holder = condition === 'wrong tenant' ? theirs : condition === 'disabled owner' ? disabled : mine;
      const text =
        condition === 'unknown'
          ? unknownOf[family]
          : condition === 'malformed'
            ? `${family}-of-no-form`
            : await issue(server, holder, family, condition);
      texts.set(`${family} ${condition}`, text);
    }
  }
  await server.app.parts.accounts.users.disable({ actor: operatorActor, email: disabled.person.email });
  server.clock.advance(1);
  return (family, condition) => texts.get(`${family} ${condition}`) ?? '';
};

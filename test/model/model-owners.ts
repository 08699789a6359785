import { operatorActor } from '../../src/kernel/index.ts';
import type { Agreement, ModelCredential, Person, Status, Tenant } from './credential-model.ts';
import { useCredentials } from './model-uses.ts';
import { codeOf, happened, type ModelWorld } from './model-world.ts';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const actor = operatorActor;
const tiers = ['free', 'plus', 'pro', 'business', 'enterprise'] as const;
const plans = ['free', 'starter', 'pro', 'pro', 'enterprise'] as const;
const statuses: readonly Status[] = ['active', 'active', 'cancelled', 'past_due', 'expired'];

const drawAgreement = ({ choices, clock }: ModelWorld): Agreement => ({
  status: choices.pick(statuses),
  endsAtMs: clock.nowMs() + choices.pick([-1000, 0, 1, 60_000, hourMs, 5 * dayMs]),
  overdueSinceMs: clock.nowMs() - choices.pick([0, 0, hourMs, 71 * hourMs, 72 * hourMs - 1, 72 * hourMs, 73 * hourMs]),
});

const datesOf = ({ status, endsAtMs, overdueSinceMs }: Agreement) => ({
  ...(status === 'cancelled' ? { periodEndMs: endsAtMs } : {}),
  ...(status === 'past_due' ? { pastDueSinceMs: overdueSinceMs } : {}),
});

const draw = ({ choices, model, nodes }: ModelWorld) => ({
  accounts: choices.pick(nodes).accounts,
  person: choices.pick([...model.people.values()]),
});

/** warm lets both nodes see what the next change is about, so that they have something outdated to remember. */
const warm = async (world: ModelWorld, focus: ModelWorld['focus']): Promise<void> => {
  world.focus = focus;
  if (world.choices.happens(2)) for (const node of world.nodes) await useCredentials(world, node, 8);
};

/** focusOn looks at what a person has or has made. */
const focusOn = (world: ModelWorld, person: Person): Promise<void> =>
  warm(world, ({ ownerId, createdBy }) => createdBy === person.id || world.model.holderOf(ownerId) === person);

const changePlan = async (world: ModelWorld): Promise<void> => {
  const { accounts, person } = draw(world);
  const plan = world.choices.pick(plans);
  await focusOn(world, person);
  const agreed = drawAgreement(world);
  const { code } = await codeOf(() =>
    accounts.plans.set({ actor, userId: person.id, plan, status: agreed.status, ...datesOf(agreed) }),
  );
  happened(world, `plan ${plan} ${agreed.status} of ${person.id}`, 'ok', code);
  Object.assign(person, agreed, { plan });
};

const changeSubscription = async (world: ModelWorld): Promise<void> => {
  const { choices, clock, model } = world;
  const { accounts } = draw(world);
  const subscription = choices.pick([...model.subscriptions.values()]);
  const { id } = subscription;
  await warm(world, ({ ownerId }) => ownerId === id);
  if (choices.happens(3)) {
    const usedMillicredits = choices.pick([0, 1000, 149_000, 29_999_000, 999_000]);
    const { code } = await codeOf(() => accounts.subscriptions.set({ actor, id, usedMillicredits }));
    happened(world, `${usedMillicredits} used by ${id}`, 'ok', code);
    model.meterOf(id, clock.nowMs()).usedMillicredits = usedMillicredits;
    return;
  }
  const tier = choices.pick(tiers);
  const agreed = drawAgreement(world);
  const { code } = await codeOf(() =>
    accounts.subscriptions.set({ actor, id, tier, status: agreed.status, ...datesOf(agreed) }),
  );
  happened(world, `tier ${tier} ${agreed.status} of ${id}`, 'ok', code);
  Object.assign(subscription, agreed, { tier });
};

const changePerson = async (world: ModelWorld): Promise<void> => {
  const { accounts, person } = draw(world);
  await focusOn(world, person);
  // Mostly there, or little would be admitted.
  person.isActive = !person.isActive || !world.choices.happens(2);
  const { email, isActive, id } = person;
  const { code } = await codeOf(() => accounts.users[isActive ? 'enable' : 'disable']({ actor, email }));
  happened(world, `${isActive ? 'enable' : 'disable'} ${id}`, 'ok', code);
};

/** drawMember is mostly somebody who belongs there, best of all with credentials that work and would stop. */
const drawMember = ({ choices, clock, model }: ModelWorld, { ownerId, roles }: Tenant): Person => {
  const people = [...model.people.values()];
  const members = people.filter(({ id }) => roles.has(id) && roles.get(id) !== 'owner');
  const makers = members.filter(({ id }) =>
    model.credentials.some(
      (each) => each.createdBy === id && each.ownerId === ownerId && !model.isOver(each, clock.nowMs()),
    ),
  );
  const [most] = [makers, members].filter((some) => some.length > 0);
  return choices.pick(most === undefined || choices.happens(3) ? people : most);
};

const changeProjectMember = async (world: ModelWorld): Promise<void> => {
  const { choices, model, owners } = world;
  const { accounts } = draw(world);
  const ownerId = choices.pick(owners['project-token']);
  const tenant = model.tenants.get(ownerId);
  if (tenant === undefined) return;
  const projectId = Number(ownerId.slice(4));
  const turn = choices.below(6);
  const person = turn < 3 ? drawMember(world, tenant) : draw(world).person;
  const { id: userId, email } = person;
  await warm(world, (credential) => credential.ownerId === ownerId);
  const held = tenant.roles.get(userId);
  switch (choices.below(4)) {
    case 0: {
      const expected = held === undefined ? 'member.not_found' : held === 'owner' ? 'member.last_owner' : 'ok';
      const { code } = await codeOf(() => accounts.projectMembers.remove({ actor, projectId, userId }));
      happened(world, `remove ${userId} from ${ownerId}`, expected, code);
      if (expected === 'ok') tenant.roles.delete(userId);
      return;
    }
    case 2: {
      const expected =
        held === undefined ? 'member.not_found' : held === 'owner' || person.isActive ? 'ok' : 'account.not_found';
      const { code } = await codeOf(() => accounts.projectMembers.transfer({ actor, projectId, userId }));
      happened(world, `transfer ${ownerId} to ${userId}`, expected, code);
      if (expected !== 'ok' || held === 'owner') return;
      for (const [id, role] of tenant.roles) if (role === 'owner') tenant.roles.set(id, 'admin');
      tenant.roles.set(userId, 'owner');
      return;
    }
    default: {
      const role = choices.pick(['admin', 'admin', 'member'] as const);
      const expected = held === 'owner' ? 'member.last_owner' : 'ok';
      const { code } = await codeOf(() => accounts.projectMembers.set({ actor, projectId, email, role }));
      happened(world, `${userId} is ${role} of ${ownerId}`, expected, code);
      if (expected === 'ok') tenant.roles.set(userId, role);
    }
  }
};

const changeOrganizationMember = async (world: ModelWorld): Promise<void> => {
  const { choices, model, owners } = world;
  const { accounts } = draw(world);
  const organizationId = choices.pick(owners['organization-token']);
  const tenant = model.tenants.get(organizationId);
  if (tenant === undefined) return;
  const { roles } = tenant;
  const isRemoval = choices.happens(3);
  const { id: userId, email } = isRemoval ? drawMember(world, tenant) : draw(world).person;
  await warm(world, ({ ownerId }) => ownerId === organizationId);
  const held = roles.get(userId);
  const isLast = held === 'owner' && [...roles.values()].filter((role) => role === 'owner').length === 1;
  if (isRemoval) {
    const expected = held === undefined ? 'member.not_found' : isLast ? 'member.last_owner' : 'ok';
    const { code } = await codeOf(() => accounts.organizations.removeMember({ actor, organizationId, userId }));
    happened(world, `remove ${userId} from ${organizationId}`, expected, code);
    if (expected === 'ok') roles.delete(userId);
    return;
  }
  const role = choices.pick(['owner', 'member'] as const);
  const expected = isLast && role !== 'owner' ? 'member.last_owner' : 'ok';
  const { code } = await codeOf(() => accounts.organizations.setMember({ actor, organizationId, email, role }));
  happened(world, `${userId} is ${role} of ${organizationId}`, expected, code);
  if (expected === 'ok') roles.set(userId, role);
};

/** Another project takes the place of one that ends with its tokens. */
const replaceProject = async (world: ModelWorld): Promise<void> => {
  const { choices, model, owners } = world;
  const { accounts, person } = draw(world);
  const ownerId = choices.pick(owners['project-token']);
  const tenant = model.tenants.get(ownerId);
  if (tenant === undefined || !person.isActive) return;
  const { code } = await codeOf(() => accounts.projects.delete({ actor, projectId: Number(ownerId.slice(4)) }));
  happened(world, `delete ${ownerId}`, 'ok', code);
  world.focus = (credential) => credential.ownerId === ownerId;
  tenant.isDeleted = true;
  tenant.roles.clear();
  for (const credential of model.credentials) if (credential.ownerId === ownerId) credential.state = 'revoked';
  owners['project-token'].splice(owners['project-token'].indexOf(ownerId), 1);
  await world.project(person);
};

/** manageOwners changes a plan, a subscription, a person or who belongs to what. */
export const manageOwners = (world: ModelWorld): Promise<void> => {
  const { choices } = world;
  if (choices.happens(25)) return replaceProject(world);
  return choices.pick([
    changePlan,
    changeSubscription,
    changePerson,
    changeProjectMember,
    changeProjectMember,
    changeProjectMember,
    changeOrganizationMember,
  ])(world);
};

interface Edge {
  readonly atMs: number;
  /** What ends there. */
  readonly focus: ModelWorld['focus'];
}

/** edgesOf lists when something ends, of credentials, agreements and the minutes that requests are counted in: by kind. */
const edgesOf = ({ model }: ModelWorld): readonly (readonly Edge[])[] => {
  const agreementEdges = (agreed: Agreement, focus: Edge['focus']): readonly Edge[] => [
    { atMs: agreed.status === 'cancelled' ? agreed.endsAtMs : 0, focus },
    { atMs: agreed.status === 'past_due' ? agreed.overdueSinceMs + 72 * hourMs : 0, focus },
  ];
  const people = [...model.people.values()];
  const subscriptions = [...model.subscriptions.values()];
  const only = (credential: ModelCredential): Edge['focus'] => {
    return ({ id }) => id === credential.id;
  };
  return [
    model.credentials.map((each) => ({ atMs: each.expiresAtMs ?? 0, focus: only(each) })),
    model.credentials.map((each) => ({ atMs: each.state === 'rotated' ? each.overlapUntilMs : 0, focus: only(each) })),
    people.flatMap((person) => agreementEdges(person, ({ ownerId }) => model.holderOf(ownerId) === person)),
    subscriptions.flatMap((agreed) => agreementEdges(agreed, ({ ownerId }) => ownerId === agreed.id)),
    [...model.meters].map(([id, { counted }]) => ({
      atMs: (counted[0] ?? 0) + 60_000,
      focus: ({ ownerId }) => ownerId === id,
    })),
  ];
};

/** moveClock lets time pass: a little, a lot, or to just where something ends. */
export const moveClock = (world: ModelWorld): void => {
  const { choices, clock } = world;
  const kinds = edgesOf(world).map((edges) => edges.filter(({ atMs }) => atMs > clock.nowMs() + 1));
  const edges = kinds.filter(({ length }) => length > 0);
  if (edges.length > 0 && !choices.happens(3)) {
    const { atMs, focus } = choices.pick(choices.pick(edges));
    clock.set(atMs + choices.pick([-1, 0, 0, 1]));
    world.focus = focus;
    return;
  }
  world.focus = () => true;
  clock.advance(choices.pick([1, 999, 999, 20_000, 20_000, 60_000, hourMs, dayMs, 12 * dayMs]));
};

import type { Credential, Credentials, IssuedCredential } from '../../src/credentials/index.ts';
import type { CredentialModel, ModelActor, ModelCredential } from './credential-model.ts';
import { addressRules, scopeCases, type ModelFamily, type Scopes } from './documented-rules.ts';
import { actorOf, codeOf, happened, type ModelWorld } from './model-world.ts';

const dayMs = 86_400_000;
const families: readonly ModelFamily[] = ['project-token', 'user-key', 'subscription-key', 'organization-token'];
/** Credentials that a world goes on using; of those that have ended a few are enough. */
const keptMax = 40;
const endedMax = 8;

/** drawActor is mostly somebody who may, else anybody. */
const drawActor = ({ choices, model }: ModelWorld, ownerId: string): ModelActor => {
  const chance = choices.below(20);
  if (chance < 7) return { kind: 'operator', id: '' };
  if (chance === 9 && model.credentials.length > 0)
    return { kind: 'credential', id: choices.pick(model.credentials).id };
  const people = [...model.people.keys()].map((id) => ({ kind: 'user', id }) as const);
  const managers = people.filter((person) => model.mayManage(person, ownerId));
  // Who may be removed while what they made lives on.
  const removable = managers.filter(
    ({ id }) => !['owner', undefined].includes(model.tenants.get(ownerId)?.roles.get(id)),
  );
  if (removable.length > 0 && choices.happens(2)) return choices.pick(removable);
  return choices.pick(managers.length === 0 || choices.happens(3) ? people : managers);
};

const drawExpiry = ({ choices, clock }: ModelWorld): number | null => {
  const inMs = choices.pick([null, null, null, null, null, null, 1, 1000, 60_000, 3_600_000, 10 * dayMs, 0, -1]);
  return inMs === null ? null : clock.nowMs() + inMs;
};

/** ownerRefusal is why an owner may get no new key: families without a plan of their own never ask. */
const ownerRefusal = (model: CredentialModel, family: ModelFamily, ownerId: string, nowMs: number): string | null => {
  if (family !== 'user-key') return null;
  return model.people.get(ownerId)?.isActive === false ? 'owner.disabled' : model.planRefusal(ownerId, nowMs);
};

const sorted = (scopes: Scopes): string =>
  JSON.stringify(Object.entries(scopes).toSorted(([a], [b]) => (a < b ? -1 : 1)));

const seen = (credential: Pick<Credential, 'state' | 'scopes' | 'expiresAtMs'> | null): string =>
  credential === null ? '' : `${credential.state} ${sorted(credential.scopes)} ${credential.expiresAtMs ?? 'ever'}`;

const modelled = (model: CredentialModel, credential: ModelCredential, nowMs: number): string =>
  `${model.stateOf(credential, nowMs)} ${sorted(credential.scopes)} ${credential.expiresAtMs ?? 'ever'}`;

const drawVerbs = ({ choices, nodes }: ModelWorld): Credentials => choices.pick(nodes).credentials;

const keep = ({ clock, model }: ModelWorld, credential: ModelCredential): void => {
  model.credentials.push(credential);
  const ended = model.credentials.filter((each) => model.isOver(each, clock.nowMs()));
  // A user key that could come back counts against the limit: it must not be forgotten.
  const other =
    model.credentials.length > keptMax ? model.credentials.find(({ family }) => family !== 'user-key') : null;
  const dropped = ended.length > endedMax ? ended[0] : other;
  model.credentials = model.credentials.filter((each) => each !== dropped);
};

const made = (
  issued: IssuedCredential,
  rest: Omit<ModelCredential, 'id' | 'presented' | 'requests'>,
): ModelCredential => ({
  ...rest,
  id: issued.id,
  presented: issued.presented,
  requests: 0,
});

const issue = async (world: ModelWorld): Promise<void> => {
  const { choices, clock, model, owners } = world;
  const nowMs = clock.nowMs();
  const family = choices.pick(families);
  const ownerId = choices.pick(owners[family]);
  const actor = drawActor(world, ownerId);
  const scopes = choices.happens(4) ? choices.pick(scopeCases[family]) : scopeCases[family][choices.below(3)];
  const expiresAtMs = drawExpiry(world);
  const addresses = choices.happens(3) ? choices.pick(addressRules) : addressRules[0];
  if (scopes === undefined || addresses === undefined) throw new Error('no cases');
  const isWrong = scopes.stored === null || (expiresAtMs !== null && expiresAtMs <= nowMs);
  const expected = !model.mayManage(actor, ownerId)
    ? 'permission.refused'
    : isWrong
      ? 'request.invalid_parameter'
      : (ownerRefusal(model, family, ownerId, nowMs) ??
        (model.hasRoom(ownerId, nowMs) ? 'ok' : 'credential.limit_reached'));
  const { code, value } = await codeOf(() =>
    drawVerbs(world).issue({
      actor: actorOf(actor),
      family,
      ownerId,
      name: 'modelled',
      allowedAddresses: addresses.ranges,
      ...(scopes.given === undefined ? {} : { scopes: scopes.given }),
      ...(expiresAtMs === null ? {} : { expiresAtMs }),
    }),
  );
  happened(world, `issue a ${family} of ${ownerId} by ${actor.kind} ${actor.id}`, expected, code);
  if (value === null || scopes.stored === null) return;
  const createdBy = actor.kind === 'user' ? actor.id : '';
  const state = { state: 'active', overlapUntilMs: 0 } as const;
  world.focus = ({ id }) => id === value.id;
  keep(world, made(value, { family, ownerId, createdBy, ...state, expiresAtMs, scopes: scopes.stored, addresses }));
};

/** unreached says why an actor does not get at a credential, or null. */
const unreached = (model: CredentialModel, actor: ModelActor, ownerId: string): string | null => {
  if (actor.kind === 'credential') return 'permission.refused';
  return model.mayManage(actor, ownerId) ? null : 'credential.not_found';
};

const rotate = async (world: ModelWorld): Promise<void> => {
  const { choices, clock, model } = world;
  const nowMs = clock.nowMs();
  const credential = choices.pick(model.credentials);
  const actor = drawActor(world, credential.ownerId);
  const overlapMs = choices.pick([0, 0, 1, 60_000, 3_600_000, 30 * dayMs, 30 * dayMs + 1]);
  const isWrong = overlapMs > (credential.family === 'user-key' ? 0 : 30 * dayMs);
  const expected =
    unreached(model, actor, credential.ownerId) ??
    (isWrong ? 'request.invalid_parameter' : null) ??
    ownerRefusal(model, credential.family, credential.ownerId, nowMs) ??
    (model.stateOf(credential, nowMs) === 'active' ? 'ok' : 'credential.state_conflict');
  const { code, value } = await codeOf(() =>
    drawVerbs(world).rotate({ actor: actorOf(actor), id: credential.id, overlapMs }),
  );
  happened(world, `rotate ${credential.id} with ${overlapMs} by ${actor.kind} ${actor.id}`, expected, code);
  if (value === null) return;
  const createdBy = actor.kind === 'user' ? actor.id : credential.createdBy;
  const successor = made(value, { ...credential, createdBy });
  credential.state = 'rotated';
  credential.overlapUntilMs = nowMs + overlapMs;
  world.focus = ({ id }) => id === credential.id || id === successor.id;
  keep(world, successor);
};

/** What a change is expected to come to, and what it does to the model. */
interface Change {
  readonly name: string;
  /** What the state of the credential says to it. */
  readonly code: string;
  run(
    verbs: Credentials,
    target: { readonly actor: ReturnType<typeof actorOf>; readonly id: string },
  ): Promise<Credential>;
  apply(credential: ModelCredential): void;
}

const drawUpdate = (world: ModelWorld, credential: ModelCredential, state: string): Change => {
  const { choices, clock } = world;
  const isOpen = state === 'active' || state === 'suspended';
  const codeFor = (isRight: boolean): string =>
    isOpen ? (isRight ? 'ok' : 'request.invalid_parameter') : 'credential.state_conflict';
  switch (choices.below(3)) {
    case 0: {
      const { given, stored } = choices.pick(scopeCases[credential.family].filter((each) => each.given !== undefined));
      const scopes = given ?? {};
      return {
        name: 're-scope',
        code: codeFor(stored !== null),
        run: (verbs, target) => verbs.update({ ...target, change: { scopes } }),
        apply: (changed) => void (changed.scopes = stored ?? {}),
      };
    }
    case 1: {
      const expiresAtMs = drawExpiry(world);
      return {
        name: `expiry ${expiresAtMs ?? 'never'}`,
        code: codeFor(expiresAtMs === null || expiresAtMs > clock.nowMs()),
        run: (verbs, target) => verbs.update({ ...target, change: { expiresAtMs } }),
        apply: (changed) => void (changed.expiresAtMs = expiresAtMs),
      };
    }
    default: {
      const rule = choices.pick(addressRules);
      return {
        name: `addresses ${rule.ranges.join()}`,
        code: codeFor(true),
        run: (verbs, target) => verbs.update({ ...target, change: { allowedAddresses: rule.ranges } }),
        apply: (changed) => void (changed.addresses = rule),
      };
    }
  }
};

const drawChange = (world: ModelWorld, credential: ModelCredential): Change => {
  const state = world.model.stateOf(credential, world.clock.nowMs());
  const to = (next: ModelCredential['state'], from: string): Pick<Change, 'code' | 'apply'> => ({
    // What is so already stays so.
    code: credential.state === next || state === from ? 'ok' : 'credential.state_conflict',
    apply: (changed) => void (changed.state = next),
  });
  switch (world.choices.below(8)) {
    case 0:
      return { name: 'suspend', run: (verbs, target) => verbs.suspend(target), ...to('suspended', 'active') };
    case 1:
    case 2:
      return { name: 'resume', run: (verbs, target) => verbs.resume(target), ...to('active', 'suspended') };
    case 3:
      return { name: 'revoke', run: (verbs, target) => verbs.revoke(target), ...to('revoked', state) };
    case 4:
      return {
        name: 'show',
        code: 'ok',
        run: (verbs, target) => verbs.show(target),
        apply: () => undefined,
      };
    default:
      return drawUpdate(world, credential, state);
  }
};

const change = async (world: ModelWorld): Promise<void> => {
  const { choices, clock, model } = world;
  const credential = choices.pick(model.credentials);
  const actor = drawActor(world, credential.ownerId);
  const drawn = drawChange(world, credential);
  const expected = unreached(model, actor, credential.ownerId) ?? drawn.code;
  if (expected === 'ok') drawn.apply(credential);
  world.focus = ({ id }) => id === credential.id;
  const { code, value } = await codeOf(() => drawn.run(drawVerbs(world), { actor: actorOf(actor), id: credential.id }));
  const what = `${drawn.name} ${credential.id} by ${actor.kind} ${actor.id}`;
  happened(world, what, expected, code);
  happened(world, what, value === null ? '' : modelled(model, credential, clock.nowMs()), seen(value));
};

/** manageCredentials issues, rotates or changes one credential, as anybody. */
export const manageCredentials = (world: ModelWorld): Promise<void> => {
  const { choices, model } = world;
  if (model.credentials.length < 8 || choices.happens(4)) return issue(world);
  return choices.happens(5) ? rotate(world) : change(world);
};

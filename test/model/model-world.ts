import { sql } from 'kysely';
import { AppError, ManualClock, operatorActor, silentLog, type Actor } from '../../src/kernel/index.ts';
import { openControl, type ControlSettings } from '../../src/storage/index.ts';
import { nodeOn, secondNodeOn, type Node } from '../support/actors.ts';
import { Choices } from './choices.ts';
import {
  CredentialModel,
  type ModelActor,
  type ModelCredential,
  type Person,
  type Tenant,
} from './credential-model.ts';
import type { ModelFamily } from './documented-rules.ts';

/** The engine as two nodes of one database, and the model of it; all that happens is chosen by one seed. */
export interface ModelWorld {
  readonly model: CredentialModel;
  readonly choices: Choices;
  readonly clock: ManualClock;
  readonly nodes: readonly [Node, Node];
  /** What happened last, for the report of a difference. */
  readonly trail: string[];
  /** Uses, changes and moves of the clock so far. */
  steps: number;
  /** Which credentials the last change was about: the next burst looks at these above all. */
  focus: (credential: ModelCredential) => boolean;
  /** How often each verdict and each outcome of a change came. */
  readonly outcomes: Map<string, number>;
  /** Who may own credentials of a family. */
  readonly owners: Readonly<Record<ModelFamily, string[]>>;
  /** project makes one more project, of which the person is the owner. */
  project(person: Person): Promise<void>;
  close(): Promise<void>;
}

const peopleCount = 6;
const organization = 'Model';

const startMs = Date.UTC(2026, 0, 31, 22, 30);

/** openWorld builds people, tenants and subscriptions on an empty database. */
export const openWorld = async (settings: ControlSettings, seed: string): Promise<ModelWorld> => {
  const choices = new Choices(seed);
  const clock = new ManualClock(startMs);
  const control = await openControl(settings, silentLog);
  const first = await nodeOn(control, { clock, seed: `${seed} first` });
  const database = { ...control, settings };
  const second = await secondNodeOn(database, first, { seed: `${seed} second` });
  // The folder is thrown away: no commit needs to reach the disk.
  if (settings.engine === 'sqlite') {
    for (const node of [first, second]) await sql`pragma synchronous = off`.execute(node.control.db);
  }
  const model = new CredentialModel();
  const owners = {
    'project-token': new Array<string>(),
    'user-key': new Array<string>(),
    'subscription-key': new Array<string>(),
    'organization-token': new Array<string>(),
  };
  const actor = operatorActor;

  for (let index = 0; index < peopleCount; index += 1) {
    const plan = (['pro', 'enterprise', 'starter', 'pro', 'free', 'pro'] as const)[index] ?? 'free';
    const email = `p${index}@example.org`;
    const { id } = await first.accounts.users.create({ actor, email, plan });
    model.people.set(id, { id, email, plan, isActive: true, status: 'active', endsAtMs: 0, overdueSinceMs: 0 });
    owners['user-key'].push(id);
  }
  const people = [...model.people.values()];
  const [founder] = people;
  if (founder === undefined) throw new Error('nobody is there');

  const tenant = (ownerId: string, kind: Tenant['kind'], userId: string): void => {
    model.tenants.set(ownerId, { ownerId, kind, roles: new Map([[userId, 'owner']]), isDeleted: false });
    owners[kind === 'project' ? 'project-token' : 'organization-token'].push(ownerId);
  };
  for (const name of [organization, 'Other']) {
    const made = await first.accounts.organizations.create({ actor, name, ownerEmail: founder.email });
    tenant(made.id, 'organization', founder.id);
  }
  let projects = 0;
  const project = async ({ id, email }: Person): Promise<void> => {
    projects += 1;
    const made = await first.accounts.projects.create({
      actor,
      organization,
      name: `Project ${projects}`,
      ownerEmail: email,
    });
    tenant(`prj_${made.id}`, 'project', id);
  };
  for (const person of people.slice(0, 3)) await project(person);

  for (const [index, holder] of people.slice(0, 4).entries()) {
    const tier = (['free', 'plus', 'business', 'enterprise'] as const)[index] ?? 'free';
    const ownMillicredits = index % 2 === 0 ? null : 150_000;
    const made = await first.accounts.subscriptions.create({
      actor,
      email: holder.email,
      tier,
      ...(ownMillicredits === null ? {} : { creditsMillicredits: ownMillicredits }),
    });
    const agreed = { status: 'active', endsAtMs: 0, overdueSinceMs: 0 } as const;
    model.subscriptions.set(made.id, { id: made.id, holder, tier, ownMillicredits, startedAtMs: startMs, ...agreed });
    owners['subscription-key'].push(made.id);
  }

  return {
    model,
    choices,
    clock,
    nodes: [first, second],
    trail: [],
    steps: 0,
    focus: () => true,
    outcomes: new Map(),
    owners,
    project,
    close: async () => {
      await second.close();
      await first.close();
      await control.close();
    },
  };
};

/** actorOf is somebody of the model as the product sees them. */
export const actorOf = ({ kind, id }: ModelActor): Actor => ({ ...operatorActor, kind, id, name: `${kind} ${id}` });

/** A difference between the engine and the model: the end of a run. */
export class Difference extends Error {}

/** happened notes a step and throws when the engine did not do what the model says. */
export const happened = (world: ModelWorld, what: string, expected: unknown, actual: unknown): void => {
  const [wanted, got] = [JSON.stringify(expected), JSON.stringify(actual)];
  world.trail.push(`${new Date(world.clock.nowMs()).toISOString()} ${what}: ${got}`);
  if (world.trail.length > 40) world.trail.shift();
  if (wanted !== got) throw new Difference(`${what}: the model says ${wanted}, the engine ${got}`);
};

/** codeOf runs a verb and returns what came of it: its value, or the code of the failure. */
export const codeOf = async <Value>(
  work: () => Promise<Value>,
): Promise<{ readonly code: string; readonly value: Value | null }> => {
  try {
    return { code: 'ok', value: await work() };
  } catch (error) {
    if (error instanceof AppError && error.code !== 'internal.unexpected') return { code: error.code, value: null };
    throw error;
  }
};

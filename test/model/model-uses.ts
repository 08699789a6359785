import { isPermitted } from '../../src/contract/index.ts';
import type { AdmissionOutcome } from '../../src/admission/index.ts';
import type { VerifiedCredential } from '../../src/kernel/index.ts';
import { callerAddress, requestOf, type Node } from '../support/actors.ts';
import type { ModelCredential, Result, Use } from './credential-model.ts';
import { addresses, allows, operations, type ModelFamily } from './documented-rules.ts';
import { happened, type ModelWorld } from './model-world.ts';

/** Longer than an ending without a refund waits for company. */
const settleMs = 25;
/** As often as the way in decides anew because the owner changed meanwhile. */
const decisionsMax = 4;
const statuses = [200, 200, 200, 200, 404, 304, 400, 503] as const;
const isRefunded = (status: number): boolean => status === 304 || status === 400 || status >= 500;

interface Pending {
  readonly use: Use;
  fresh: boolean;
}

const drawOperation = ({ choices }: ModelWorld, { family, scopes }: ModelCredential): Use['operation'] => {
  const open = operations.filter((operation) => allows(family, scopes, operation));
  return choices.happens(5) || open.length === 0 ? choices.pick(operations) : choices.pick(open);
};

/** Mostly what has just changed, and what works: whoever is refused all the time is never charged. */
const drawCredential = ({ choices, clock, model, focus }: ModelWorld): ModelCredential => {
  const near = model.credentials.filter(focus);
  if (near.length > 0 && choices.happens(2)) return choices.pick(near);
  const working = model.credentials.filter((each) => model.verdict(each, callerAddress, clock.nowMs()) === null);
  return choices.happens(3) || working.length === 0 ? choices.pick(model.credentials) : choices.pick(working);
};

const drawUse = (world: ModelWorld, credential: ModelCredential): Use => ({
  ...drawTerms(world),
  credential,
  operation: drawOperation(world, credential),
});

const drawTerms = ({ choices }: ModelWorld): Pick<Use, 'address' | 'priceMillicredits' | 'counted'> => ({
  address: choices.happens(6) ? choices.pick(addresses) : callerAddress,
  priceMillicredits: choices.pick([0, 500, 1000, 1000, 3000]),
  counted: !choices.happens(5),
});

const figures = ({ verdict, usedMillicredits, remaining }: Result): string =>
  verdict === 'admitted' ? `admitted, ${usedMillicredits ?? '-'} used, ${remaining ?? '-'} left` : verdict;

const settleAll = async (
  world: ModelWorld,
  node: Node,
  admitted: readonly { readonly use: Use; readonly usageId: number }[],
): Promise<void> => {
  const { choices, clock, model } = world;
  const settled = admitted.map(({ use, usageId }) => {
    const status = choices.pick(statuses);
    if (isRefunded(status)) model.giveBack(use.credential.ownerId, use.priceMillicredits);
    return node.admission.settle({ usageId, status, latencyMicroseconds: 100 });
  });
  clock.advance(settleMs);
  await Promise.all(settled);
  await node.credentials.settled();
};

/** decide takes uses through the verdict as a request is: verify, scope, charge, and again when memory was too old. */
const decide = async (world: ModelWorld, node: Node, uses: readonly Use[]): Promise<void> => {
  const { clock, model } = world;
  const admitted: { readonly use: Use; readonly usageId: number }[] = [];
  const done = (use: Use, result: Result): void => {
    const { credential, address, operation } = use;
    const expected = model.use(use, clock.nowMs());
    const what = `use of ${credential.id} (${credential.ownerId}) from ${address} for ${operation.resource}:${operation.level}`;
    world.outcomes.set(result.verdict, (world.outcomes.get(result.verdict) ?? 0) + 1);
    happened(world, what, figures(expected), figures(result));
  };
  const refused = (use: Use, verdict: string): void => done(use, { verdict, usedMillicredits: null, remaining: null });

  let open: Pending[] = uses.map((use) => ({ use, fresh: false }));
  for (let decision = 0; open.length > 0; decision += 1) {
    if (decision === decisionsMax) throw new Error('decided anew too often');
    const again: Pending[] = [];
    const ready: { readonly pending: Pending; readonly verified: VerifiedCredential }[] = [];
    for (const pending of open) {
      const { use, fresh } = pending;
      const { family, presented } = use.credential;
      const verifying = node.credentials.verify({ family, presented, address: use.address, fresh });
      const outcome = verifying instanceof Promise ? await verifying : verifying;
      if (outcome.kind === 'refused') refused(use, outcome.code);
      else if (isPermitted(use.operation, outcome.credential.scopes)) {
        ready.push({ pending, verified: outcome.credential });
      } else if (fresh) refused(use, 'scope.missing');
      else again.push({ use, fresh: true });
    }
    const outcomes = await Promise.all(
      ready.map(({ pending: { use }, verified }) => {
        const { priceMillicredits, counted, address } = use;
        return node.admission.admit(requestOf(verified, { priceMillicredits, counted, address }));
      }),
    );
    for (const [index, { pending }] of ready.entries()) {
      const outcome = outcomes[index];
      if (outcome === undefined || outcome.kind === 'stale') again.push({ use: pending.use, fresh: true });
      else {
        done(pending.use, resultOf(pending.use, outcome, world));
        if (outcome.kind === 'admitted') admitted.push({ use: pending.use, usageId: outcome.usageId });
      }
    }
    open = again;
  }
  await settleAll(world, node, admitted);
};

const resultOf = (
  { credential, counted }: Use,
  outcome: Exclude<AdmissionOutcome, { kind: 'stale' }>,
  { model }: ModelWorld,
): Result => {
  if (outcome.kind === 'refused') return { verdict: outcome.code, usedMillicredits: null, remaining: null };
  const { usedMillicredits, rate } = outcome.meter;
  return {
    verdict: 'admitted',
    usedMillicredits: model.subscriptions.has(credential.ownerId) ? usedMillicredits : null,
    remaining: counted ? (rate?.remaining ?? null) : null,
  };
};

/** Texts that are no credential of that family: damaged, spliced of two, shown under another family. */
const forge = ({ choices, model }: ModelWorld): { readonly family: ModelFamily; readonly presented: string } => {
  const { presented, family } = choices.pick(model.credentials);
  const other = choices.pick(model.credentials);
  switch (choices.below(4)) {
    case 0:
      return { family, presented: `${presented.slice(0, -1)}${presented.endsWith('0') ? '1' : '0'}` };
    case 1:
      return { family, presented: presented.slice(0, -1) };
    case 2: {
      const half = Math.floor(presented.length / 2);
      const spliced = presented.slice(0, half) + other.presented.slice(half);
      return { family, presented: spliced === presented ? '' : spliced };
    }
    default:
      return { family: other.family, presented: other.family === family ? '' : presented };
  }
};

/** useCredentials lets a node decide a burst of uses of a few credentials, and sometimes a forgery. */
export const useCredentials = async (world: ModelWorld, node: Node, most: number): Promise<void> => {
  const { choices, model } = world;
  if (model.credentials.length === 0) return;
  const some = Array.from({ length: 1 + choices.below(6) }, () => drawCredential(world));
  const count = 1 + choices.below(most);
  await decide(
    world,
    node,
    Array.from({ length: count }, () => drawUse(world, choices.pick(some))),
  );
  world.steps += count;
  if (!choices.happens(4)) return;
  world.steps += 1;
  const forged = forge(world);
  const outcome = await node.credentials.verify({ ...forged, address: callerAddress });
  const code = outcome.kind === 'refused' ? outcome.code : outcome.kind;
  happened(world, `forged ${forged.family}`, 'credential.invalid', code);
};

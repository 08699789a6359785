import type { ControlSettings } from '../../src/storage/index.ts';
import { operatorActor } from '../../src/kernel/index.ts';
import { manageCredentials } from './model-lifecycle.ts';
import { manageOwners, moveClock } from './model-owners.ts';
import { useCredentials } from './model-uses.ts';
import { happened, openWorld, type ModelWorld } from './model-world.ts';

/** What a run did; `difference` is null when the engine did all that the model says. */
export interface ModelReport {
  readonly steps: number;
  /** Steps that changed something, by kind; the rest are uses. */
  readonly changes: number;
  readonly clockMoves: number;
  /** How often each outcome came: `admitted` or a code. */
  readonly outcomes: ReadonlyMap<string, number>;
  readonly difference: string | null;
}

/** The books at the end: requests counted for each credential, a ledger that adds up, an audit log that is whole. */
const compareBooks = async (world: ModelWorld): Promise<void> => {
  const [node] = world.nodes;
  const listed = await node.credentials.list({ actor: operatorActor });
  const counted = new Map(listed.map(({ id, requests }) => [id, requests]));
  for (const { id, requests } of world.model.credentials) {
    happened(world, `requests of ${id}`, requests, counted.get(id));
  }
  happened(world, 'ledgers that differ from their usage', 0, (await node.admission.discrepancies()).length);
  happened(world, 'audit log', true, (await node.audit.verify()).ok);
};

/** runModel runs one world for that many steps, uses in bursts of at most `burstMax` between the changes. */
export const runModel = async (
  settings: ControlSettings,
  options: { readonly seed: string; readonly steps: number; readonly burstMax: number },
): Promise<ModelReport> => {
  const world = await openWorld(settings, options.seed);
  const { choices } = world;
  let [changes, clockMoves] = [0, 0];
  let difference: string | null = null;
  try {
    while (world.steps < options.steps) {
      if (choices.happens(3)) {
        moveClock(world);
        clockMoves += 1;
      } else {
        await (choices.happens(3) ? manageOwners(world) : manageCredentials(world));
        changes += 1;
      }
      world.steps += 1;
      await useCredentials(world, choices.pick(world.nodes), options.burstMax);
    }
    await compareBooks(world);
  } catch (error) {
    const reason = error instanceof Error ? (error.stack ?? error.message) : String(error);
    difference = [`seed ${options.seed}, after ${world.steps} steps: ${reason}`, ...world.trail].join('\n  ');
  } finally {
    await world.close();
  }
  return { steps: world.steps, changes, clockMoves, outcomes: world.outcomes, difference };
};

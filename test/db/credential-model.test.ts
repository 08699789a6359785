import { randomInt } from 'node:crypto';
import { expect, test } from 'vitest';
import { runModel } from '../model/model-run.ts';
import { eachEngine } from '../support/engines.ts';

// Risk: a sequence of changes that nobody thought of, after which a credential does more or less than it may. The long
// run is `node scripts/model.ts`.

eachEngine('the credential engine', (makeDatabase, engine) => {
  const steps = engine === 'sqlite' ? 4000 : 800;

  const drawn = process.env['VULNGATE_TEST_SEED'] ?? String(randomInt(1_000_000_000));

  for (const seed of ['fixed', `random ${drawn}`]) {
    test(`does what the model says, in any order of uses, changes, members, plans and time (seed ${seed})`, async () => {
      const { settings } = await makeDatabase();
      const { difference, outcomes } = await runModel(settings, { seed, steps, burstMax: 32 });
      expect(difference).toBeNull();
      // A run that lets nobody in, or everybody, compares nothing.
      const admitted = outcomes.get('admitted') ?? 0;
      const decided = [...outcomes.values()].reduce((sum, count) => sum + count, 0);
      expect(admitted).toBeGreaterThan(0);
      expect(decided - admitted).toBeGreaterThan(0);
    });
  }
});

import { expect, test } from 'vitest';
import { credentialOf, requestOf } from '../../test/support/actors.ts';
import { ManualClock, silentLog } from '../kernel/index.ts';
import { createBatcher } from './batch.ts';
import type { Ledger, LedgerSettlement } from './store/ledger.ts';
import type { AdmissionOutcome } from './types.ts';

// Risk: somebody waits for an answer that nothing is left to bring about.

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

const meter = { usedMillicredits: 0, limitMillicredits: null, resetAtMs: 0, rate: null };
const credential = credentialOf();

/** A ledger whose transactions take until the test ends them. */
const slowLedger = () => {
  const settled: LedgerSettlement[][] = [];
  const running: (() => void)[] = [];
  let usageId = 0;
  const ledger: Ledger = {
    commit: (requests, settlements) =>
      new Promise((resolve) => {
        settled.push([...settlements]);
        const outcomes = requests.map((): AdmissionOutcome => {
          usageId += 1;
          return { kind: 'admitted', usageId, chargedMillicredits: 1000, meter, hasEnded: false };
        });
        running.push(() => resolve(outcomes));
      }),
    close: async () => undefined,
  };
  return { ledger, settled, running };
};

test('a refund that comes while a transaction runs is committed next, without a wait', async () => {
  const { ledger, settled, running } = slowLedger();
  // Its time stands still: what waits for a timer never comes.
  const batcher = createBatcher(ledger, new ManualClock(), silentLog);
  const first = batcher.admit(requestOf(credential));
  await turn();
  running.shift()?.();
  const outcome = await first;
  if (outcome.kind !== 'admitted') throw new Error(outcome.kind);

  const second = batcher.admit(requestOf(credential));
  await turn();
  const refunded = batcher.settle({ usageId: outcome.usageId, status: 500, latencyMicroseconds: 1 });
  running.shift()?.();
  await second;
  await turn();
  await turn();
  expect(settled.map((each) => each.map(({ refundMillicredits }) => refundMillicredits))).toEqual([[], [], [1000]]);
  running.shift()?.();
  await refunded;
});

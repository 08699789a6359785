/**
 * Verifies and admits in a loop, as the guard does for a request, without HTTP: what is measured is the gate alone. The
 * first message names folder and callers, each further one asks for a round; answers are messages too.
 */
import { once } from 'node:events';
import { loadConfig } from '../../src/config/index.ts';
import { silentLog, systemClock, systemRandom } from '../../src/kernel/index.ts';
import { openParts } from '../../src/parts.ts';

export interface GateSetup {
  readonly folder: string;
  readonly presented: readonly string[];
  /** Requests under way at the same time. */
  readonly concurrency: number;
}

export interface GateRound {
  readonly seconds: number;
  /** Read every credential from the database instead of from memory. */
  readonly fresh: boolean;
}

export interface GateResult {
  readonly admitted: number;
  readonly perSecond: number;
}

const nextMessage = async (): Promise<unknown> => {
  const received: unknown[] = await once(process, 'message');
  return received[0];
};

const setup = (await nextMessage()) as GateSetup;
const config = loadConfig({ env: {}, overrides: { data: setup.folder } });
const parts = await openParts({ config, clock: systemClock, random: systemRandom, log: silentLog });
process.send?.('ready');

let turn = 0;
const pass = async (fresh: boolean): Promise<void> => {
  const presented = setup.presented[turn % setup.presented.length] ?? '';
  turn += 1;
  const verified = await parts.credentials.verify({
    family: 'subscription-key',
    presented,
    address: '127.0.0.1',
    fresh,
  });
  if (verified.kind !== 'verified') throw new Error(`refused: ${verified.code}`);
  const outcome = await parts.admission.admit({
    credential: verified.credential,
    operationId: 'cybersecfeed.cve.read',
    priceMillicredits: 5000,
    counted: true,
    address: '127.0.0.1',
    client: 'bench',
    correlationId: 'bench',
    // As in the guard for what comes from memory.
    answer: () => ({ status: 200, latencyMicroseconds: 100 }),
  });
  if (outcome.kind !== 'admitted') throw new Error(`not admitted: ${outcome.kind}`);
};

const round = async ({ seconds, fresh }: GateRound): Promise<GateResult> => {
  const endMs = performance.now() + seconds * 1000;
  let admitted = 0;
  const lane = async (): Promise<void> => {
    while (performance.now() < endMs) {
      await pass(fresh);
      admitted += 1;
    }
  };
  await Promise.all(Array.from({ length: setup.concurrency }, lane));
  return { admitted, perSecond: admitted / seconds };
};

for (let message = await nextMessage(); message !== 'end'; message = await nextMessage()) {
  process.send?.(await round(message as GateRound));
}
await parts.close();
process.exit(0);

import { auditBooks } from '../callers.ts';
import { startChild } from '../child.ts';
import { population, type Population } from '../population.ts';
import type { GateResult, GateRound, GateSetup } from '../processes/gate-loop.ts';
import { atLeast, type Context, type Scenario } from '../scenario.ts';

const active = 1000;
const concurrency = 64;
const priceMillicredits = 5000;

/** openGate starts a process with the gate of one population; `ask` runs one round in it. */
const openGate = async (context: Context, { folder, active: presented }: Population) => {
  const child = startChild('bench/processes/gate-loop.ts', []);
  context.cleanup(() => void child.process.kill('SIGKILL'));
  const setup: GateSetup = { folder, presented, concurrency };
  child.process.send(setup);
  await child.message();
  let admitted = 0;
  const ask = async (round: GateRound): Promise<number> => {
    child.process.send(round);
    const result = (await child.message()) as GateResult;
    admitted += result.admitted;
    return result.perSecond;
  };
  const end = async (): Promise<number> => {
    child.process.send('end');
    await child.ended;
    await auditBooks(folder, {}, admitted, priceMillicredits);
    return admitted;
  };
  return { ask, end };
};

export const manyCredentials: Scenario = {
  name: 'many-credentials',
  question: 'Do verifying and admitting slow down when a million credentials are stored?',
  reference: 'the same 1,000 active callers where nothing else is stored',
  bound: '≥ 0.90 of its requests/s',
  run: async (context) => {
    const stored = context.quick ? 100_000 : 1_000_000;
    const many = await openGate(context, await population(context, stored, active));
    const few = await openGate(context, await population(context, active, active));
    const seconds = context.loadSeconds;
    const none = (): number[] => [];
    const rates = { many: none(), few: none(), manyFresh: none(), fewFresh: none() };
    // The first calls of every caller read the database; the question is what comes after.
    for (const gate of [many, few]) await gate.ask({ seconds: Math.min(1, seconds), fresh: false });
    for (let turn = 0; turn < context.turns; turn += 1) {
      context.say(`turn ${turn + 1} of ${context.turns}`);
      rates.many.push(await many.ask({ seconds, fresh: false }));
      rates.few.push(await few.ask({ seconds, fresh: false }));
      rates.manyFresh.push(await many.ask({ seconds, fresh: true }));
      rates.fewFresh.push(await few.ask({ seconds, fresh: true }));
    }
    const admitted = (await many.end()) + (await few.end());
    const rate = (values: readonly number[]) => ({ unit: 'req/s', values }) as const;
    const label = stored.toLocaleString('en-US');
    return {
      kind: 'measured',
      rows: [
        { label: `${label} stored`, measured: rate(rates.many), reference: rate(rates.few), bound: atLeast(0.9) },
        {
          label: `${label} stored, read each time`,
          measured: rate(rates.manyFresh),
          reference: rate(rates.fewFresh),
          bound: null,
        },
      ],
      notes: [
        `in process, without HTTP: verify and admit, ${active} active callers with a subscription each, ${concurrency} at a time`,
        `${admitted} admitted on both sides, ledger = usage`,
      ],
    };
  },
};

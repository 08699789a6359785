import { noCorpus } from '../corpus.ts';
import { measureReads } from '../metered-read.ts';
import { atLeast, type Scenario } from '../scenario.ts';

const durability = (value: string) => ({ VULNGATE_DURABILITY: value });

export const readCve: Scenario = {
  name: 'read-cve',
  question:
    'How much of a bare server is left when every read is verified, charged and logged on disk before the answer?',
  reference: 'node:http in its own process, sending the same bytes and headers',
  bound: '≥ 0.70 of its requests/s',
  run: async (context) => {
    if (context.data === null) return noCorpus;
    const measured = await measureReads(context, context.data, [
      { label: 'durability full', env: durability('full'), callers: 1, bound: atLeast(0.7) },
      { label: 'durability process', env: durability('process'), callers: 1, bound: null },
      { label: 'full, 64 callers', env: durability('full'), callers: 64, bound: null },
    ]);
    return { kind: 'measured', ...measured };
  },
};

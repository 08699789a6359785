import { issueCallers } from '../callers.ts';
import { cataloguePath, dataFolder, noCorpus, sampleIds } from '../corpus.ts';
import { memoryOf, startServer } from '../program.ts';
import { atMost, type Row, type Scenario } from '../scenario.ts';
import { endChild, openClient } from '../traffic.ts';

const settle = (seconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, seconds * 1000));

export const start: Scenario = {
  name: 'start',
  question: 'How soon does a stopped server answer with the whole corpus, and what does it hold when idle?',
  reference: '–',
  bound: 'first answer ≤ 2 s; idle memory ≤ 200 MB',
  run: async (context) => {
    if (context.data === null) return noCorpus;
    const [id = ''] = sampleIds(await cataloguePath(context, context.data), 1);
    const folder = await dataFolder(context, context.data, 'start');
    const [caller = ''] = await issueCallers(folder, 1);
    const listening: number[] = [];
    const record: number[] = [];
    const list: number[] = [];
    const rss: number[] = [];
    const pss: number[] = [];
    const idleSeconds = context.quick ? 3 : 10;
    for (let round = 0; round < context.rounds; round += 1) {
      context.say(`round ${round + 1} of ${context.rounds}`);
      const startedMs = performance.now();
      const since = (): number => (performance.now() - startedMs) / 1000;
      const server = await startServer({ folder });
      context.cleanup(() => void server.child.process.kill('SIGKILL'));
      listening.push(since());
      const client = openClient(server.port, caller);
      for (const [path, times] of [
        [`/api/v1/cve/${id}`, record],
        ['/api/v1/cves?severity=critical&sort=epss_desc', list],
      ] as const) {
        const { status, body } = await client.get(path);
        if (status !== 200) throw new Error(`${path} answered ${status}: ${body.toString('utf8').slice(0, 300)}`);
        times.push(since());
      }
      client.close();
      await settle(idleSeconds);
      const memory = memoryOf(server.pid);
      if (memory !== null) {
        rss.push(memory.rss);
        pss.push(memory.pss);
      }
      await endChild(server.child);
    }
    const row = (label: string, unit: 's' | 'MB', values: readonly number[], bound: Row['bound']): Row[] =>
      values.length === 0 ? [] : [{ label, measured: { unit, values }, reference: null, bound }];
    return {
      kind: 'measured',
      rows: [
        ...row('to the first record', 's', record, atMost(2, 'measured')),
        ...row('to the first list', 's', list, atMost(2, 'measured')),
        ...row('to listening', 's', listening, null),
        ...row('idle memory, resident', 'MB', rss, atMost(200, 'measured')),
        ...row('idle memory, proportional', 'MB', pss, null),
      ],
      notes: [
        `from the start of the process; memory ${idleSeconds} s after the last answer, with the index of the lists loaded`,
        ...(rss.length === 0 ? ['memory is measured on Linux only'] : []),
      ],
    };
  },
};

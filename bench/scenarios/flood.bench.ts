import { auditBooks, issueCallers, madeUpKeys } from '../callers.ts';
import { cataloguePath, dataFolder, noCorpus, sampleIds } from '../corpus.ts';
import { median } from '../figures.ts';
import type { StatementCounts } from '../preloads/statement-count.ts';
import { startServer } from '../program.ts';
import { atLeast, atMost, type Context, type Scenario } from '../scenario.ts';
import { answered, endChild, load, rawGet, type LoadResult } from '../traffic.ts';

const connections = 32;
const priceMillicredits = 5000;

interface Traffic {
  readonly valid: readonly string[];
  /** Another customer's requests, as valid as the first one's. */
  readonly neighbour: readonly string[];
  readonly flood: readonly string[];
}

/** The share of valid traffic beside a flood, beside as many connections of another customer, and alone. */
const measureShares = async (context: Context, folder: string, traffic: Traffic) => {
  const server = await startServer({ folder });
  context.cleanup(() => void server.child.process.kill('SIGKILL'));
  let served = 0;
  const shape = { port: server.port, connections, seconds: context.loadSeconds };
  const ask = async (besides: readonly string[] | null, status: '200' | '401'): Promise<[LoadResult, number]> => {
    const [valid, other] = await load([
      { ...shape, requests: traffic.valid },
      ...(besides === null ? [] : [{ ...shape, requests: besides }]),
    ]);
    if (valid === undefined) throw new Error('a load gave no result');
    served += answered(valid, '200');
    const others = other === undefined ? 0 : answered(other, status);
    if (status === '200') served += others;
    return [valid, other?.perSecond ?? 0];
  };
  const none = (): number[] => [];
  const figures = { flooded: none(), shared: none(), alone: none(), flood: none(), floodAlone: none() };
  for (let turn = 0; turn < context.turns; turn += 1) {
    context.say(`turn ${turn + 1} of ${context.turns}`);
    const [flooded, flood] = await ask(traffic.flood, '401');
    const [shared] = await ask(traffic.neighbour, '200');
    const [alone] = await ask(null, '200');
    const [floodAlone] = await load([{ ...shape, requests: traffic.flood }]);
    if (floodAlone !== undefined) answered(floodAlone, '401');
    figures.flooded.push(flooded.perSecond);
    figures.shared.push(shared.perSecond);
    figures.alone.push(alone.perSecond);
    figures.flood.push(flood);
    figures.floodAlone.push(floodAlone?.perSecond ?? 0);
  }
  await endChild(server.child);
  await auditBooks(folder, {}, served, priceMillicredits);
  return figures;
};

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

/** What a server does by itself, now and then, may fall into one span; what a flood causes is in every one. */
const spans = 3;

/** How many statements a server's thread runs while only made-up keys come in, less those that it runs when idle. */
const countStatements = async (context: Context, folder: string, requests: readonly string[]) => {
  const server = await startServer({ folder, preloads: ['bench/preloads/statement-count.ts'] });
  context.cleanup(() => void server.child.process.kill('SIGKILL'));
  const counts = async (): Promise<StatementCounts> => {
    server.child.process.send('count');
    return (await server.child.message()) as StatementCounts;
  };
  const during = async (work: () => Promise<number>): Promise<{ statements: number; answers: number }> => {
    const before = await counts();
    const answers = await work();
    return { statements: (await counts()).statements - before.statements, answers };
  };
  const shape = { port: server.port, connections, seconds: Math.min(2, context.loadSeconds) };
  const first = await load([{ ...shape, seconds: 0.2, requests }]);
  for (const result of first) answered(result, '401');
  const statements: number[] = [];
  let answers = 0;
  for (let span = 0; span < spans; span += 1) {
    // The same server, the same time, and no request: what the program does by itself.
    const idle = await during(
      () => new Promise((resolve) => setTimeout(() => resolve(0), shape.seconds * 1000 + 1200)),
    );
    const flooded = await during(async () => {
      const [result] = await load([{ ...shape, requests }]);
      return result === undefined ? 0 : answered(result, '401');
    });
    statements.push(Math.max(0, flooded.statements - idle.statements));
    answers += flooded.answers;
  }
  await endChild(server.child);
  return { statements, answers };
};

export const flood: Scenario = {
  name: 'flood',
  question:
    'Does valid traffic keep its share of the server when as many connections send made-up keys, and do those reach the database?',
  reference: 'the same valid traffic beside as many connections of another paying caller',
  bound: '≥ 0.95 of its share; 0 database statements for the flood',
  run: async (context) => {
    if (context.data === null) return noCorpus;
    const folder = await dataFolder(context, context.data, 'flood');
    const paths = sampleIds(await cataloguePath(context, context.data), 320).map((id) => `/api/v1/cve/${id}`);
    const [caller = '', neighbour = ''] = await issueCallers(folder, 2);
    const asked = (keys: readonly string[]) => keys.map((key, index) => rawGet(paths[index % paths.length] ?? '', key));
    const noise = asked(madeUpKeys(2000, 'noise'));
    const figures = await measureShares(context, folder, {
      valid: paths.map((path) => rawGet(path, caller)),
      neighbour: paths.map((path) => rawGet(path, neighbour)),
      flood: noise,
    });
    context.say('counting the statements of a flood');
    const malformed = await countStatements(context, folder, noise);
    const forged = await countStatements(context, folder, asked(madeUpKeys(2000, 'forged')));
    const rate = (values: readonly number[]) => ({ unit: 'req/s', values }) as const;
    // What is left of the thread when each refusal costs what it costs in a flood without anything else.
    const left = figures.alone.map(
      (alone, round) => alone * Math.max(0, 1 - (figures.flood[round] ?? 0) / (figures.floodAlone[round] ?? 1)),
    );
    return {
      kind: 'measured',
      rows: [
        {
          label: 'share beside a flood',
          measured: rate(figures.flooded),
          reference: rate(figures.shared),
          bound: atLeast(0.95),
        },
        { label: 'of the time it leaves', measured: rate(figures.flooded), reference: rate(left), bound: null },
        {
          label: 'of valid traffic alone',
          measured: rate(figures.flooded),
          reference: rate(figures.alone),
          bound: null,
        },
        {
          label: 'statements, malformed',
          measured: { unit: 'statements', values: malformed.statements },
          reference: null,
          bound: atMost(0, 'measured'),
        },
        {
          label: 'statements, forged checksum',
          measured: { unit: 'statements/req', values: [sum(forged.statements) / Math.max(1, forged.answers)] },
          reference: null,
          bound: null,
        },
      ],
      notes: [
        `${connections} valid and ${connections} flooding connections; the flood had ${Math.round(median(figures.flood))} refusals a second, alone ${Math.round(median(figures.floodAlone))}`,
        `${malformed.answers} malformed keys counted; a key whose public checksum holds costs one look-up`,
      ],
    };
  },
};

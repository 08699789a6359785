import { auditBooks, issueCallers } from './callers.ts';
import { cataloguePath, dataFolder, sampleIds } from './corpus.ts';
import { startServer, type Server } from './program.ts';
import type { Bound, Context, Row, Series } from './scenario.ts';
import { answered, endChild, loadInTurn, openClient, rawGet, record, startBareServer } from './traffic.ts';

/** How one server is run and asked. */
export interface Variant {
  readonly label: string;
  readonly env: Readonly<Record<string, string>>;
  readonly callers: number;
  readonly bound: Bound | null;
}

interface Lane {
  readonly variant: Variant;
  readonly folder: string;
  readonly server: Server;
  readonly requests: readonly string[];
  /** Answers of status 200 so far, which is what must have been charged. */
  served: number;
}

const connections = 64;
const idCount = 320;
const priceMillicredits = 5000;

const readPath = (id: string): string => `/api/v1/cve/${id}`;

const openLane = async (context: Context, data: string, variant: Variant, paths: readonly string[]): Promise<Lane> => {
  const folder = await dataFolder(context, data, variant.label.replaceAll(/[^a-z0-9]+/gi, '-'));
  const keys = await issueCallers(folder, variant.callers, variant.env);
  const server = await startServer({ folder, env: variant.env });
  context.cleanup(() => void server.child.process.kill('SIGKILL'));
  const requests = paths.map((path, index) => rawGet(path, keys[index % keys.length] ?? ''));
  return { variant, folder, server, requests, served: 0 };
};

/** openReference records every answer from a lane and starts the bare server with them. */
const openReference = async (context: Context, lane: Lane, paths: readonly string[]): Promise<number> => {
  const key = /X-API-Key: (\S+)/.exec(lane.requests[0] ?? '')?.[1] ?? '';
  const client = openClient(lane.server.port, key);
  const answers = await record(client, paths);
  client.close();
  lane.served += answers.length;
  const bare = await startBareServer(answers);
  context.cleanup(() => void bare.child.process.kill('SIGKILL'));
  return bare.port;
};

/**
 * measureReads asks every variant for single CVE records over 64 connections, each in turns with a bare server that
 * sends the same bytes. Afterwards the ledger of every variant must equal the answers that were counted here.
 */
export const measureReads = async (
  context: Context,
  data: string,
  variants: readonly Variant[],
): Promise<{ readonly rows: readonly Row[]; readonly notes: readonly string[] }> => {
  const paths = sampleIds(await cataloguePath(context, data), idCount).map(readPath);
  const lanes: Lane[] = [];
  for (const variant of variants) lanes.push(await openLane(context, data, variant, paths));
  const [first] = lanes;
  if (first === undefined) throw new Error('no variant to measure');
  const barePort = await openReference(context, first, paths);

  const shape = { connections, seconds: context.loadSeconds };
  const measured = lanes.map((): number[] => []);
  const reference = lanes.map((): number[] => []);
  const slow = lanes.map((): number[] => []);
  for (let turn = 0; turn < context.turns; turn += 1) {
    context.say(`turn ${turn + 1} of ${context.turns}`);
    for (const [index, lane] of lanes.entries()) {
      const asked = { ...shape, requests: lane.requests };
      const [result, bare] = await loadInTurn(turn, { ...asked, port: lane.server.port }, { ...asked, port: barePort });
      lane.served += answered(result, '200');
      answered(bare, '200');
      measured[index]?.push(result.perSecond);
      reference[index]?.push(bare.perSecond);
      slow[index]?.push(result.p99Ms);
    }
  }
  for (const lane of lanes) await endChild(lane.server.child);

  const notes = [`${paths.length} records, ${connections} connections`];
  for (const lane of lanes) {
    const books = await auditBooks(lane.folder, lane.variant.env, lane.served, priceMillicredits);
    notes.push(`${lane.variant.label}: ${books.usageRows} answers, ledger = usage = answers`);
  }
  const rate = (values: readonly number[] | undefined): Series => ({ unit: 'req/s', values: values ?? [] });
  const rows = lanes.flatMap(({ variant }, index): Row[] => [
    { label: variant.label, measured: rate(measured[index]), reference: rate(reference[index]), bound: variant.bound },
    {
      label: `${variant.label}, p99`,
      measured: { unit: 'ms', values: slow[index] ?? [] },
      reference: null,
      bound: null,
    },
  ]);
  return { rows, notes };
};

import { operatorActor } from '../../src/kernel/index.ts';
import { withParts } from '../callers.ts';
import { cataloguePath, dataFolder, noCorpus, sampleIds } from '../corpus.ts';
import { median, quantile } from '../figures.ts';
import { startServer } from '../program.ts';
import { atLeast, atMost, type Bound, type Context, type Row, type Scenario } from '../scenario.ts';
import {
  answered,
  endChild,
  loadInTurn,
  openClient,
  rawGet,
  record,
  startBareServer,
  type Client,
} from '../traffic.ts';

const connections = 64;
const idCount = 320;
const project = 'Everything that matters';

const watchedVendors = ['linux', 'microsoft', 'google', 'apple', 'oracle', 'cisco', 'adobe', 'ibm', 'debian', 'redhat'];
const watchedProducts = [
  ['apache', 'http_server'],
  ['apache', 'tomcat'],
  ['nodejs', 'node.js'],
  ['openssl', 'openssl'],
  ['wordpress', 'wordpress'],
] as const;
const words = ['overflow', 'log4j', 'cross-site', 'the', 'xyzzyplugh', '44228', 'kernel', 'remote attackers', 'oracle'];

/** issueToken makes an organisation with a project that watches a lot, and a token of it. */
const issueToken = (folder: string): Promise<string> =>
  withParts(folder, {}, async ({ accounts, credentials, watch }) => {
    const actor = operatorActor;
    const email = 'bench@example.org';
    await accounts.users.create({ actor, email });
    const { id: ownerId } = await accounts.organizations.create({ actor, name: 'bench', ownerEmail: email });
    const { id: projectId } = await accounts.projects.create({
      actor,
      organization: 'bench',
      name: project,
      ownerEmail: email,
    });
    await watch.subscriptions.replace({ actor, projectId, vendors: watchedVendors, products: watchedProducts });
    const issued = await credentials.issue({
      actor,
      family: 'organization-token',
      ownerId,
      name: 'bench',
      scopes: { '*': 'read' },
    });
    return issued.presented;
  });

interface Target {
  readonly context: Context;
  readonly port: number;
  readonly token: string;
}

/** besideBare asks for some paths over many connections, in turns with a bare server that sends the same bytes. */
const besideBare = async (
  { context, port, token }: Target,
  label: string,
  paths: readonly string[],
  bound: Bound,
): Promise<Row> => {
  const client = openClient(port, token);
  const bare = await startBareServer(await record(client, paths));
  client.close();
  context.cleanup(() => void bare.child.process.kill('SIGKILL'));
  const requests = paths.map((path) => rawGet(path, token));
  const shape = { connections, seconds: context.loadSeconds, requests };
  const measured: number[] = [];
  const reference: number[] = [];
  for (let turn = 0; turn < context.turns; turn += 1) {
    context.say(`turn ${turn + 1} of ${context.turns}: ${label}`);
    const [result, other] = await loadInTurn(turn, { ...shape, port }, { ...shape, port: bare.port });
    answered(result, '200');
    answered(other, '200');
    measured.push(result.perSecond);
    reference.push(other.perSecond);
  }
  await endChild(bare.child);
  return {
    label,
    measured: { unit: 'req/s', values: measured },
    reference: { unit: 'req/s', values: reference },
    bound,
  };
};

const timed = async (client: Client, path: string): Promise<number> => {
  const { status, body, elapsedMs } = await client.get(path);
  if (status !== 200) throw new Error(`${path} answered ${status}: ${body.toString('utf8').slice(0, 300)}`);
  return elapsedMs;
};

/** A parameter that nobody knows makes every request a question of its own, so that none is answered from memory. */
const unasked = (() => {
  let asked = 0;
  return (path: string): string => {
    asked += 1;
    return `${path}${path.includes('?') ? '&' : '?'}asked=${asked}`;
  };
})();

const p99Of = async (context: Context, client: Client, label: string, paths: readonly string[]): Promise<Row> => {
  const values: number[] = [];
  for (const path of paths) await timed(client, unasked(path));
  for (let round = 0; round < context.rounds; round += 1) {
    const times: number[] = [];
    for (let turn = 0; turn < (context.quick ? 10 : 40); turn += 1)
      for (const path of paths) times.push(await timed(client, unasked(path)));
    values.push(quantile(times, 0.99));
  }
  return { label, measured: { unit: 'ms', values }, reference: null, bound: atMost(30, 'measured') };
};

/** The last full page against the first one, both anew. */
const deepPage = async (context: Context, client: Client): Promise<Row> => {
  const { body } = await client.get('/api/cve');
  const { count } = JSON.parse(body.toString('utf8')) as { readonly count: number };
  const deep = `/api/cve?page=${Math.floor(count / 10)}`;
  const row: { measured: number[]; reference: number[] } = { measured: [], reference: [] };
  for (let round = 0; round < context.rounds; round += 1) {
    const times = { measured: [] as number[], reference: [] as number[] };
    for (let turn = 0; turn < 50; turn += 1) {
      times.measured.push(await timed(client, unasked(deep)));
      times.reference.push(await timed(client, unasked('/api/cve?page=1')));
    }
    row.measured.push(median(times.measured));
    row.reference.push(median(times.reference));
  }
  return {
    label: `page ${Math.floor(count / 10)}`,
    measured: { unit: 'ms', values: row.measured },
    reference: { unit: 'ms', values: row.reference },
    bound: atMost(1.3),
  };
};

export const opencve: Scenario = {
  name: 'opencve',
  question: 'Are the lists and records of the OpenCVE surface as fast as a bare server lets them be?',
  reference: 'node:http in its own process, sending the same bytes; for the deep page: page 1',
  bound: 'list ≥ 0.50, record ≥ 0.60 of its requests/s; filters p99 ≤ 30 ms; deep page ≤ 1.3 × page 1',
  run: async (context) => {
    if (context.data === null) return noCorpus;
    const folder = await dataFolder(context, context.data, 'opencve');
    const token = await issueToken(folder);
    const server = await startServer({ folder });
    context.cleanup(() => void server.child.process.kill('SIGKILL'));
    const target: Target = { context, port: server.port, token };
    const client = openClient(server.port, token);
    context.cleanup(() => client.close());
    const coldMs = await timed(client, '/api/cve');
    const ids = sampleIds(await cataloguePath(context, context.data), idCount);
    const rows = [
      await besideBare(target, 'first page of /api/cve', ['/api/cve'], atLeast(0.5)),
      await besideBare(
        target,
        '/api/cve/{id}',
        ids.map((id) => `/api/cve/${id}`),
        atLeast(0.6),
      ),
      await p99Of(
        context,
        client,
        'vendor filter, p99',
        watchedVendors.map((vendor) => `/api/cve?vendor=${vendor}`),
      ),
      await p99Of(
        context,
        client,
        'search, p99',
        words.map((word) => `/api/cve?search=${encodeURIComponent(word)}`),
      ),
      await p99Of(context, client, 'list of a project, p99', [
        `/api/organizations/bench/projects/${encodeURIComponent(project)}/cve`,
      ]),
      await deepPage(context, client),
    ];
    client.close();
    await endChild(server.child);
    return {
      kind: 'measured',
      rows,
      notes: [
        `${ids.length} records, ${connections} connections; lists over one connection`,
        `the very first list, which loads the index: ${coldMs.toFixed(0)} ms, not counted above`,
      ],
    };
  },
};

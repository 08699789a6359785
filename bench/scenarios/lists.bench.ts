import { issueCallers } from '../callers.ts';
import { dataFolder, noCorpus } from '../corpus.ts';
import { median, quantile } from '../figures.ts';
import { startServer } from '../program.ts';
import { atMost, type Context, type Row, type Scenario } from '../scenario.ts';
import { endChild, openClient, type Client } from '../traffic.ts';

/** Wide and narrow, frequent and rare, single and combined, and some that match nothing. */
const filters = [
  '',
  'q=overflow',
  'q=remote+code+execution',
  'q=the',
  'q=log4j',
  'q=cross+site+script*',
  'q=xyzzyplugh',
  'q=CVE-2021-44228',
  'severity=critical',
  'severity=low,unknown',
  'severity_min=7&severity_max=8.9',
  'epss_min=0.5',
  'epss_max=0.001',
  'published_from=2024-01-01',
  'published_from=2010-01-01&published_to=2012-12-31',
  'modified_from=2023-06-01&modified_to=2023-06-30',
  'kev=true',
  'ransomware=true',
  'exploit=active',
  'vendor=microsoft',
  'vendor=apache&product=http_server',
  'cwe=CWE-79',
  'cwe=CWE-1341',
  'assigner=mitre',
  'status=rejected',
  'q=linux&severity=high&cwe=CWE-416',
  'q=injection&vendor=oracle&epss_min=0.9&published_to=2005-12-31',
  'kev=true&severity=low&vendor=wordpress',
] as const;
const sorts = ['severity', 'epss', 'published', 'modified'].flatMap((key) => [`${key}_desc`, `${key}_asc`]);
const limits = [20, 100] as const;

const pathOf = (filter: string, sort: string, limit: number, after: string | null = null): string =>
  `/api/v1/cves?${filter === '' ? '' : `${filter}&`}sort=${sort}&limit=${limit}${after === null ? '' : `&after=${encodeURIComponent(after)}`}`;

interface Page {
  readonly rows: number;
  readonly next: string | null;
}

/** The names of the page's members that are needed here. */
interface Envelope {
  readonly data: { readonly cves: readonly unknown[]; readonly pagination: { readonly nextCursor: string | null } };
}

const timed = async (client: Client, path: string): Promise<{ ms: number; page: Page }> => {
  const { status, body, elapsedMs } = await client.get(path);
  if (status !== 200) throw new Error(`${path} answered ${status}: ${body.toString('utf8').slice(0, 300)}`);
  const { data } = JSON.parse(body.toString('utf8')) as Envelope;
  return { ms: elapsedMs, page: { rows: data.cves.length, next: data.pagination.nextCursor } };
};

/** measureFirstPages asks every filter in every sort, one after the other, once a round. */
const measureFirstPages = async (context: Context, client: Client) => {
  const paths = limits.flatMap((limit) =>
    filters.flatMap((filter) => sorts.map((sort) => pathOf(filter, sort, limit))),
  );
  const times = new Map<string, number[]>(paths.map((path) => [path, []]));
  const perRound: number[][] = [];
  for (let round = 0; round < context.rounds; round += 1) {
    context.say(`round ${round + 1} of ${context.rounds}: ${paths.length} first pages`);
    const all: number[] = [];
    for (const path of paths) {
      const { ms } = await timed(client, path);
      times.get(path)?.push(ms);
      all.push(ms);
    }
    perRound.push(all);
  }
  const slowest = [...times].map(([path, values]) => ({ path, ms: median(values) })).toSorted((a, b) => b.ms - a.ms);
  return { perRound, slowest, count: paths.length };
};

const pageSize = 100;

/** lastFullPage walks a list by its cursors once, so that the page compared with the first has as many rows. */
const lastFullPage = async (client: Client, filter: string, sort: string): Promise<{ path: string; pages: number }> => {
  let path = pathOf(filter, sort, pageSize);
  let full = path;
  for (let pages = 1; ; pages += 1) {
    const { page } = await timed(client, path);
    if (page.rows === pageSize) full = path;
    if (page.next === null) return { path: full, pages };
    path = pathOf(filter, sort, pageSize, page.next);
  }
};

const measureLastPages = async (context: Context, client: Client): Promise<{ rows: Row[]; notes: string[] }> => {
  const walks = context.quick
    ? [['q=overflow', 'severity_desc']]
    : [
        ['', 'published_desc'],
        ['', 'severity_asc'],
        ['q=overflow', 'epss_desc'],
      ];
  const rows: Row[] = [];
  const notes: string[] = [];
  for (const [filter = '', sort = ''] of walks) {
    const label = `last page, ${filter === '' ? 'all' : filter} by ${sort}`;
    context.say(label);
    const last = await lastFullPage(client, filter, sort);
    const repeats = context.quick ? 20 : 50;
    const lastMs: number[] = [];
    const firstMs: number[] = [];
    for (let round = 0; round < context.rounds; round += 1) {
      const times = { last: [] as number[], first: [] as number[] };
      for (let turn = 0; turn < repeats; turn += 1) {
        times.last.push((await timed(client, last.path)).ms);
        times.first.push((await timed(client, pathOf(filter, sort, pageSize))).ms);
      }
      lastMs.push(median(times.last));
      firstMs.push(median(times.first));
    }
    rows.push({
      label,
      measured: { unit: 'ms', values: lastMs },
      reference: { unit: 'ms', values: firstMs },
      bound: atMost(1.3),
    });
    notes.push(`${label}: page ${last.pages}`);
  }
  return { rows, notes };
};

export const lists: Scenario = {
  name: 'lists',
  question: 'Is every filtered and sorted list of the whole corpus fast, and its last page as fast as its first?',
  reference: 'for the last page: page 1 of the same list',
  bound: 'page 1 p99 ≤ 30 ms; last page ≤ 1.3 × page 1',
  run: async (context) => {
    if (context.data === null) return noCorpus;
    const folder = await dataFolder(context, context.data, 'lists');
    const [caller = ''] = await issueCallers(folder, 1);
    const server = await startServer({ folder });
    context.cleanup(() => void server.child.process.kill('SIGKILL'));
    const client = openClient(server.port, caller);
    context.cleanup(() => client.close());
    const { ms: coldMs } = await timed(client, pathOf('', 'published_desc', 20));
    const { perRound, slowest, count } = await measureFirstPages(context, client);
    const last = await measureLastPages(context, client);
    client.close();
    await endChild(server.child);
    const time = (share: number) => ({ unit: 'ms', values: perRound.map((all) => quantile(all, share)) }) as const;
    return {
      kind: 'measured',
      rows: [
        { label: 'page 1, p99', measured: time(0.99), reference: null, bound: atMost(30, 'measured') },
        { label: 'page 1, p50', measured: time(0.5), reference: null, bound: null },
        { label: 'page 1, slowest', measured: time(1), reference: null, bound: null },
        ...last.rows,
      ],
      notes: [
        `${filters.length} filters × ${sorts.length} sorts × limits ${limits.join(' and ')} = ${count} first pages a round, one connection`,
        `the very first list, which loads the index: ${coldMs.toFixed(0)} ms, not counted above`,
        ...slowest.slice(0, 5).map(({ path, ms }) => `slow: ${ms.toFixed(1)} ms ${path}`),
        ...last.notes,
      ],
    };
  },
};

/**
 * `npm test`: runs the tests (Vitest projects unit, db, http, repository, e2e); arguments go through to Vitest.
 *
 * PostgreSQL: TEST_POSTGRES_URL if given, else a throw-away cluster when the server is installed. Last come the reasons
 * of what was left out, then one line `N passed, N failed`. With CI=true a missing PostgreSQL is a failure.
 */
import { spawn } from 'node:child_process';
import { glob, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startCluster, type Cluster } from '../test/support/postgres-cluster.ts';
import { realData, realDataHint } from '../test/support/real-data.ts';
import { chromium } from './browser.ts';
import { exitCode, root } from './subprocess.ts';
import { countTests } from './test-report.ts';

const args = process.argv.slice(2);

/**
 * filters are the path fragments among the arguments: Vitest runs the files whose path contains one of them. What follows
 * an option may be its value; leaving it out at worst starts a server that nobody asks.
 */
const isOption = (arg: string): boolean => arg.startsWith('-') && !arg.includes('=');
const filters = args.filter((arg, index) => !arg.startsWith('-') && !isOption(args[index - 1] ?? ''));
const projects = args.flatMap((arg, index) => {
  if (arg.startsWith('--project=')) return [arg.slice('--project='.length)];
  return args[index - 1] === '--project' ? [arg] : [];
});

const selected = async (patterns: readonly string[]): Promise<boolean> => {
  for await (const file of glob([...patterns], { cwd: root })) {
    if (filters.length === 0 || filters.some((filter) => file.includes(filter))) return true;
  }
  return false;
};

/** Starting a server takes seconds: not for a run that cannot use it. */
const usesDatabase =
  (projects.length === 0 || projects.some((project) => project !== 'unit' && project !== 'repository')) &&
  (await selected(['{src,test/support}/**/*.db.test.ts', 'test/{db,http,e2e,chaos}/**/*.ts']));

const reasons: string[] = [];
const given = process.env['TEST_POSTGRES_URL'];
let cluster: Cluster | null = null;
let missingPostgres = false;
if (usesDatabase && given === undefined) {
  let reason = 'install the server or set TEST_POSTGRES_URL';
  cluster = await startCluster().catch((error: unknown) => {
    reason = error instanceof Error ? error.message : String(error);
    return null;
  });
  missingPostgres = cluster === null;
  if (missingPostgres) reasons.push(`no PostgreSQL: ${reason}`);
}
if (realData() === null) reasons.push(realDataHint);
if ((await selected(['test/e2e/**/*.browser.test.ts'])) && chromium() === null) {
  reasons.push('no Chromium: install it or set CHROMIUM_PATH');
}

const folder = await mkdtemp(join(tmpdir(), 'vulngate-test-'));
const report = join(folder, 'report.json');
const url = given ?? cluster?.url;
/** In CI the random tests draw what they drew the last time; see test/support/property-seed.ts. */
const seeded = process.env['CI'] === 'true' ? { VULNGATE_TEST_SEED: '20261122' } : {};
const vitest = spawn(
  process.execPath,
  [
    join(root, 'node_modules/vitest/vitest.mjs'),
    'run',
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${report}`,
    ...args,
  ],
  {
    cwd: root,
    stdio: 'inherit',
    env: { ...seeded, ...process.env, ...(url === undefined ? {} : { VULNGATE_TEST_POSTGRES_URL: url }) },
  },
);
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => vitest.kill(signal));

let code = 1;
try {
  code = await exitCode(vitest);
} finally {
  await cluster?.stop();
}
const counts = countTests(await readFile(report, 'utf8').catch(() => ''), code);
await rm(folder, { recursive: true, force: true });

const required = missingPostgres && process.env['CI'] === 'true';
const failed = counts.failed + (required ? 1 : 0);
if (required) process.stdout.write('\nFAILED: with CI=true the tests must also run on PostgreSQL\n');
if (reasons.length > 0) process.stdout.write(`\nLeft out:\n${reasons.map((reason) => `  ${reason}\n`).join('')}`);
const skipped = counts.skipped > 0 ? `, ${counts.skipped} skipped` : '';
process.stdout.write(`\n${counts.passed} passed, ${failed} failed${skipped}\n`);
process.exitCode = failed === 0 && code === 0 ? 0 : 1;

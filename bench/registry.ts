import type { Scenario } from './scenario.ts';
import { epss } from './scenarios/epss.bench.ts';
import { flood } from './scenarios/flood.bench.ts';
import { importCorpus } from './scenarios/import.bench.ts';
import { lists } from './scenarios/lists.bench.ts';
import { manyCredentials } from './scenarios/many-credentials.bench.ts';
import { opencve } from './scenarios/opencve.bench.ts';
import { readCvePostgres } from './scenarios/read-cve-postgres.bench.ts';
import { readCve } from './scenarios/read-cve.bench.ts';
import { start } from './scenarios/start.bench.ts';

/** scenarios are all benchmarks, in the order in which they run. */
export const scenarios: readonly Scenario[] = [
  readCve,
  readCvePostgres,
  manyCredentials,
  flood,
  importCorpus,
  epss,
  lists,
  opencve,
  start,
];

import type { ServerConfig } from '../../src/config/index.ts';
import { createHttp, type CatalogReads, type HttpServer } from '../../src/http/index.ts';
import { createLog, ManualClock, seededRandom } from '../../src/kernel/index.ts';
import { createMemoryGates, type MemoryGates } from './memory-gates.ts';
import { noOpencveV2, noPeople, noSessions } from './no-people.ts';
import { sampleCatalog } from './sample-catalog.ts';

export interface TestServer {
  readonly url: string;
  readonly clock: ManualClock;
  readonly gates: MemoryGates;
  readonly catalog: CatalogReads;
  /** Every line of the log. */
  readonly lines: string[];
  readonly server: HttpServer;
  /** What the control plane, the ledger and the catalogue answer when asked whether they are there. */
  readonly away: { controlPlane: boolean; ledger: boolean; catalogue: boolean };
  close(): Promise<void>;
}

export const testServerConfig: ServerConfig = {
  host: '127.0.0.1',
  port: 0,
  publicUrl: null,
  tls: { mode: 'none' },
  trustedProxies: [],
  bodyBytesMax: 65_536,
  shutdownMs: 10_000,
  opencvePageSize: 10,
  opencveConditions: 20,
  metricsToken: null,
};

/** startServer runs the real server on a loopback port, with gates and a catalogue in memory and a manual clock. */
export const startServer = async (
  config: Partial<ServerConfig> = {},
  given: { readonly catalog?: CatalogReads } = {},
): Promise<TestServer> => {
  const clock = new ManualClock(Date.UTC(2026, 0, 15, 12));
  const gates = createMemoryGates(clock);
  const catalog = given.catalog ?? sampleCatalog();
  const lines: string[] = [];
  const away = { controlPlane: false, ledger: false, catalogue: false };
  const answer = (isAway: boolean) => (isAway ? Promise.reject(new Error('away')) : Promise.resolve());
  const server = await createHttp({
    clock,
    random: seededRandom('http'),
    log: createLog({ level: 'debug', nowMs: () => clock.nowMs(), write: (line) => lines.push(line) }),
    config: { ...testServerConfig, ...config },
    credentials: gates.credentials,
    admission: gates.admission,
    sessions: noSessions,
    people: noPeople,
    opencveV2: noOpencveV2,
    leaks: { githubKeys: new Map(), gitlabToken: null },
    catalog,
    version: '0.0.0-test',
    ready: {
      controlPlane: () => answer(away.controlPlane),
      ledger: () => answer(away.ledger),
      catalogue: () => answer(away.catalogue),
    },
    memoryBytes: () => 1024,
  });
  const { url } = await server.listen();
  return { url, clock, gates, catalog, lines, server, away, close: () => server.close() };
};

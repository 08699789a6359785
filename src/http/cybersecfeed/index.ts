/**
 * The CyberSecFeed surface: `/api/v1` with subscription keys in `X-API-Key`.
 *
 * It owns that product's paths, envelopes, error texts, headers and field names, and the translation between them and the
 * catalogue's words. It owns no rule about who may call or what is charged: the guard has decided that before a handler
 * runs. It never touches a database.
 *
 * Invariants: every answer is `{data, meta}` or `{error, meta}`; texts that the product documents are reproduced word for
 * word; a reason that helps only an attacker (revoked, suspended, unknown) is never shown.
 *
 * Fails with the codes that its operations list; the guard renders them through `fail`.
 */
import { cybersecfeedOperations } from '../../contract/index.ts';
import type { Clock } from '../../kernel/index.ts';
import { recalling, type Presented, type Surface } from '../surface.ts';
import { ping, pingLite, readStatistics, readUsage } from './account.ts';
import { batchCves, listCves, listRecent, readCve, recallCve } from './cves.ts';
import { createEnvelope } from './envelope.ts';
import { createFailures } from './errors.ts';
import { listKev, readKev } from './kev.ts';
import type { CatalogReads } from './reads.ts';
import { createRendered } from './rendered.ts';

export type { CatalogReads } from './reads.ts';

export interface CybersecfeedDeps {
  readonly catalog: CatalogReads;
  readonly clock: Clock;
  /** Resolves when the control plane answers, rejects when it does not. */
  readonly controlPlane: () => Promise<void>;
}

/** createCybersecfeed builds the surface. */
export const createCybersecfeed = (deps: CybersecfeedDeps): Surface => {
  const envelope = createEnvelope(deps.clock);
  const parts = { ...deps, envelope, epssDate: rememberEpssDate(deps), rendered: createRendered(deps.catalog) };
  return {
    name: 'cybersecfeed',
    prefixes: ['/api/v1'],
    operations: cybersecfeedOperations,
    handlers: {
      'cybersecfeed.ping.read': (exchange) => ping(parts, exchange),
      'cybersecfeed.ping.lite': (exchange) => pingLite(parts, exchange),
      'cybersecfeed.stats.read': (exchange) => readStatistics(parts, exchange),
      'cybersecfeed.cves.list': (exchange) => listCves(parts, exchange),
      'cybersecfeed.cves.recent': (exchange) => listRecent(parts, exchange),
      'cybersecfeed.cve.read': recalling(
        (exchange) => recallCve(parts, exchange),
        (exchange) => readCve(parts, exchange),
      ),
      'cybersecfeed.cve.batch': (exchange) => batchCves(parts, exchange),
      'cybersecfeed.kev.list': (exchange) => listKev(parts, exchange),
      'cybersecfeed.kev.read': (exchange) => readKev(parts, exchange),
      'cybersecfeed.usage.read': (exchange) => readUsage(parts, exchange),
    },
    present,
    fail: createFailures(envelope, deps.clock),
  };
};

const present: Surface['present'] = (headers, request): Presented => {
  const key = headers['x-api-key'];
  if (key === undefined || key === '') return { kind: 'none' };
  if (headers.authorization !== undefined || typeof key !== 'string') return { kind: 'repeated' };
  // Node joins repeated headers with a comma, which no key holds; look again only then.
  if (key.includes(',') && (request.headersDistinct['x-api-key']?.length ?? 1) > 1) return { kind: 'repeated' };
  return { kind: 'one', family: 'subscription-key', text: key };
};

/** Asked of the catalogue when it has changed and not on every request, which would cost more than the record itself. */
const rememberEpssDate = ({ catalog }: CybersecfeedDeps): (() => string | null) => {
  let version: number | null = null;
  let day: string | null = null;
  return () => {
    const current = catalog.version();
    if (current !== version) {
      version = current;
      const dataMs = catalog.feedStates().find(({ feed }) => feed === 'epss')?.dataMs ?? null;
      day = dataMs === null ? null : new Date(dataMs).toISOString().slice(0, 10);
    }
    return day;
  };
};

import type { CatalogStatistics, FeedState } from '../../catalog/index.ts';
import { EmptyQuery } from '../../contract/index.ts';
import { fail, type Clock } from '../../kernel/index.ts';
import { textTag } from '../entity-tag.ts';
import { parseQuery } from '../query.ts';
import type { Answer, Exchange } from '../surface.ts';
import { creditFields, isoSeconds, type Envelope } from './envelope.ts';
import type { CatalogReads } from './reads.ts';

export interface AccountDeps {
  readonly catalog: CatalogReads;
  readonly clock: Clock;
  readonly envelope: Envelope;
  readonly epssDate: () => string | null;
  /** Resolves when the control plane answers. */
  readonly controlPlane: () => Promise<void>;
}

/** pingLite says that the key is valid: the guard has found that out already. */
export const pingLite = (deps: AccountDeps, exchange: Exchange): Answer => {
  parseQuery(EmptyQuery, exchange.query);
  return deps.envelope.success(exchange, `{"status":"ok","timestamp":"${deps.envelope.isoSeconds()}"}`, null);
};

/** ping also asks the control plane and says how long that took, in milliseconds with three decimals. */
export const ping = async (deps: AccountDeps, exchange: Exchange): Promise<Answer> => {
  parseQuery(EmptyQuery, exchange.query);
  const startedMs = deps.clock.monotonicMs();
  const connected = await deps.controlPlane().then(
    () => true,
    () => false,
  );
  const latencyMs = connected ? Math.round((deps.clock.monotonicMs() - startedMs) * 1000) / 1000 : null;
  const body = {
    status: connected ? 'ok' : 'degraded',
    timestamp: deps.envelope.isoSeconds(),
    database: { connected, latency_ms: latencyMs },
  };
  return deps.envelope.success(exchange, JSON.stringify(body), null);
};

/** readStatistics answers the totals of the catalogue and the age of each source. */
export const readStatistics = async (deps: AccountDeps, exchange: Exchange): Promise<Answer> => {
  parseQuery(EmptyQuery, exchange.query);
  const nowMs = deps.clock.nowMs();
  const statistics = await deps.catalog.statistics();
  const text = statisticsText(statistics, deps.epssDate(), nowMs);
  // The lag grows with time: a tag over it would never match, so it is taken at no particular time.
  return deps.envelope.success(exchange, text, textTag(statisticsText(statistics, deps.epssDate(), null)));
};

const isoOrNull = (ms: number | null): string | null => (ms === null ? null : isoSeconds(ms));

const statisticsText = (statistics: CatalogStatistics, epssDate: string | null, nowMs: number | null): string => {
  const successes = statistics.feeds.map((feed) => feed.succeededMs ?? 0);
  const { critical, high, medium, low, unknown } = statistics.severities;
  return JSON.stringify({
    totals: {
      cves: statistics.records,
      published: statistics.published,
      rejected: statistics.rejected,
      kev: statistics.kev,
      kev_ransomware: statistics.kevRansomware,
      epss: statistics.epss,
      vendors: statistics.vendors,
      products: statistics.products,
    },
    severity: { critical, high, medium, low, unknown },
    epss_date: epssDate,
    last_update: successes.length === 0 ? null : isoOrNull(Math.max(...successes) || null),
    sources: statistics.feeds.map((feed) => sourceOf(feed, nowMs)),
  });
};

/** The reason of a failed attempt stays with the operator: it may name files and addresses of the server. */
const sourceOf = (feed: FeedState, nowMs: number | null) => {
  const asOfMs = feed.dataMs ?? feed.succeededMs;
  return {
    name: feed.feed,
    last_success: isoOrNull(feed.succeededMs),
    as_of: isoOrNull(feed.dataMs),
    lag_seconds: nowMs === null || asOfMs === null ? null : Math.max(0, Math.floor((nowMs - asOfMs) / 1000)),
    records: feed.records,
    inserted: feed.inserted,
    updated: feed.updated,
    unchanged: feed.unchanged,
    skipped: feed.skipped,
    healthy: feed.error === null && feed.succeededMs !== null,
  };
};

/** readUsage answers the credits of this billing period, from the ledger's own reading at admission. */
export const readUsage = (deps: AccountDeps, exchange: Exchange): Answer => {
  parseQuery(EmptyQuery, exchange.query);
  const { credential, meter } = exchange;
  if (credential === null || meter === null)
    throw fail('internal.unexpected', { internal: 'usage without an admitted request' });
  const { limitMillicredits: limit, usedMillicredits: used, resetAtMs } = meter;
  const remaining = limit === null ? null : Math.max(0, limit - used);
  const resetAt = isoSeconds(resetAtMs);
  const body = {
    usage: {
      plan: credential.terms.planName,
      credits_limit: limit === null ? null : limit / 1000,
      credits_used: used / 1000,
      credits_remaining: remaining === null ? null : remaining / 1000,
      reset_at: resetAt,
      percentage_used: limit === null || limit === 0 ? 0 : Math.round((used / limit) * 10_000) / 100,
    },
  };
  const headers = [
    'X-Credits-Used',
    String(used / 1000),
    'X-Credits-Cost',
    String(exchange.chargedMillicredits / 1000),
    'X-Credits-Reset',
    resetAt,
  ];
  if (limit !== null && remaining !== null) {
    headers.push('X-Credits-Limit', String(limit / 1000), 'X-Credits-Remaining', String(remaining / 1000));
    headers.push(...creditFields(used, limit, resetAtMs, deps.clock.nowMs()));
  }
  return deps.envelope.success(exchange, JSON.stringify(body), null, headers);
};

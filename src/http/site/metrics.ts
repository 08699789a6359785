import type { CatalogStatistics } from '../../catalog/index.ts';
import type { Clock } from '../../kernel/index.ts';
import { latencyBounds, type Traffic } from '../traffic.ts';

export interface MetricsDeps {
  readonly traffic: Traffic;
  readonly clock: Clock;
  readonly startedAtMs: number;
  readonly feeds: () => CatalogStatistics['feeds'];
  readonly memoryBytes: () => number;
}

const label = (value: string): string =>
  value.replace(/[\\"\n]/g, (character) => (character === '\n' ? '\\n' : `\\${character}`));

/** metricsText writes the measurements in Prometheus’ text format 0.0.4; durations in seconds, sizes in bytes. */
export const metricsText = (deps: MetricsDeps): string => {
  const { traffic } = deps;
  const lines: string[] = [];
  const family = (name: string, type: 'counter' | 'gauge' | 'histogram', help: string, samples: readonly string[]) => {
    if (samples.length > 0) lines.push(`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`, ...samples);
  };
  const operations = [...traffic.operations];
  family(
    'vulngate_requests_total',
    'counter',
    'Answered requests.',
    operations.flatMap(([id, figures]) =>
      [...figures.statuses].map(
        ([status, count]) => `vulngate_requests_total{operation="${label(id)}",status="${status}"} ${count}`,
      ),
    ),
  );
  family(
    'vulngate_request_seconds',
    'histogram',
    'Time from the request to its answer.',
    operations.flatMap(([id, figures]) => {
      let below = 0;
      const buckets = latencyBounds.map((bound, index) => {
        below += figures.buckets[index] ?? 0;
        return `vulngate_request_seconds_bucket{operation="${label(id)}",le="${bound}"} ${below}`;
      });
      return [
        ...buckets,
        `vulngate_request_seconds_bucket{operation="${label(id)}",le="+Inf"} ${figures.count}`,
        `vulngate_request_seconds_sum{operation="${label(id)}"} ${figures.sumSeconds}`,
        `vulngate_request_seconds_count{operation="${label(id)}"} ${figures.count}`,
      ];
    }),
  );
  family(
    'vulngate_refusals_total',
    'counter',
    'Requests that were refused or failed, by reason.',
    [...traffic.refusals].map(([code, count]) => `vulngate_refusals_total{code="${label(code)}"} ${count}`),
  );
  family('vulngate_requests_in_flight', 'gauge', 'Requests being served.', [
    `vulngate_requests_in_flight ${traffic.inFlight}`,
  ]);
  family('vulngate_settlements_pending', 'gauge', 'Answered requests whose settlement is not committed yet.', [
    `vulngate_settlements_pending ${traffic.unsettled}`,
  ]);
  family('vulngate_settlements_failed_total', 'counter', 'Settlements that failed.', [
    `vulngate_settlements_failed_total ${traffic.settlementsFailed}`,
  ]);
  const feeds = deps.feeds();
  const nowMs = deps.clock.nowMs();
  family(
    'vulngate_feed_records',
    'gauge',
    'Records of the feed at its last success.',
    feeds.flatMap((feed) =>
      feed.records === null ? [] : [`vulngate_feed_records{feed="${label(feed.feed)}"} ${feed.records}`],
    ),
  );
  family(
    'vulngate_feed_age_seconds',
    'gauge',
    'Time since the last success of the feed.',
    feeds.flatMap((feed) =>
      feed.succeededMs === null
        ? []
        : [`vulngate_feed_age_seconds{feed="${label(feed.feed)}"} ${Math.max(0, (nowMs - feed.succeededMs) / 1000)}`],
    ),
  );
  family(
    'vulngate_feed_failing',
    'gauge',
    'Whether the last attempt of the feed failed.',
    feeds.map((feed) => `vulngate_feed_failing{feed="${label(feed.feed)}"} ${feed.error === null ? 0 : 1}`),
  );
  family('process_resident_memory_bytes', 'gauge', 'Memory of the process.', [
    `process_resident_memory_bytes ${deps.memoryBytes()}`,
  ]);
  family('process_start_time_seconds', 'gauge', 'Start of the process, Unix time.', [
    `process_start_time_seconds ${deps.startedAtMs / 1000}`,
  ]);
  return `${lines.join('\n')}\n`;
};

import type { Exchange } from './surface.ts';

/** Upper bounds of the latency buckets, in seconds. */
export const latencyBounds = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10] as const;

interface OperationFigures {
  readonly statuses: Map<number, number>;
  readonly buckets: number[];
  sumSeconds: number;
  count: number;
}

/** Traffic counts what passes, for the metrics page and for an orderly stop. */
export interface Traffic {
  begin(): void;
  /** end records a finished request. `latencyMs` is from its first byte read to its answer handed over. */
  end(exchange: Exchange, status: number, latencyMs: number): void;
  /** track keeps count of a settlement until it is done. The promise it gives never rejects: `failed` is told instead. */
  track(settlement: Promise<void>, failed: (error: unknown) => void): Promise<void>;
  /** idle resolves when nothing is being served and nothing remains to be settled. */
  idle(): Promise<void>;
  readonly inFlight: number;
  readonly unsettled: number;
  readonly settlementsFailed: number;
  readonly operations: ReadonlyMap<string, OperationFigures>;
  readonly refusals: ReadonlyMap<string, number>;
}

export const createTraffic = (): Traffic => {
  const operations = new Map<string, OperationFigures>();
  const refusals = new Map<string, number>();
  let inFlight = 0;
  let unsettled = 0;
  let settlementsFailed = 0;
  let waiting: (() => void)[] = [];

  const wake = () => {
    if (inFlight > 0 || unsettled > 0 || waiting.length === 0) return;
    const woken = waiting;
    waiting = [];
    for (const resume of woken) resume();
  };

  const figuresOf = (id: string): OperationFigures => {
    const known = operations.get(id);
    if (known !== undefined) return known;
    const fresh = { statuses: new Map<number, number>(), buckets: latencyBounds.map(() => 0), sumSeconds: 0, count: 0 };
    operations.set(id, fresh);
    return fresh;
  };

  return {
    begin: () => {
      inFlight += 1;
    },
    end: (exchange, status, latencyMs) => {
      inFlight -= 1;
      const figures = figuresOf(exchange.operation?.id ?? `${exchange.surface.name}.unknown`);
      const seconds = latencyMs / 1000;
      figures.statuses.set(status, (figures.statuses.get(status) ?? 0) + 1);
      let bucket = 0;
      while (seconds > (latencyBounds[bucket] ?? Number.POSITIVE_INFINITY)) bucket += 1;
      if (bucket < latencyBounds.length) figures.buckets[bucket] = (figures.buckets[bucket] ?? 0) + 1;
      figures.sumSeconds += seconds;
      figures.count += 1;
      if (exchange.failure !== null) refusals.set(exchange.failure, (refusals.get(exchange.failure) ?? 0) + 1);
      wake();
    },
    track: (settlement, failed) => {
      unsettled += 1;
      return settlement.then(
        () => {
          unsettled -= 1;
          wake();
        },
        (error: unknown) => {
          unsettled -= 1;
          settlementsFailed += 1;
          failed(error);
          wake();
        },
      );
    },
    idle: () =>
      new Promise((resolve) => {
        waiting.push(resolve);
        wake();
      }),
    get inFlight() {
      return inFlight;
    },
    get unsettled() {
      return unsettled;
    },
    get settlementsFailed() {
      return settlementsFailed;
    },
    operations,
    refusals,
  };
};

/** What a figure is counted in. Rates are better high, everything else low. */
export type Unit = 'req/s' | 'ms' | 's' | 'MB' | 'records/s' | 'statements' | 'statements/req';

/** A figure as it was measured, one value a round, in the order of the rounds. */
export interface Series {
  readonly unit: Unit;
  readonly values: readonly number[];
}

/** What a row must reach: of the ratio measured/reference, or of the measured figure itself. */
export interface Bound {
  readonly of: 'ratio' | 'measured';
  readonly kind: 'at-least' | 'at-most';
  readonly value: number;
}

/** One line of the table. Without a bound it is told, not judged. */
export interface Row {
  readonly label: string;
  readonly measured: Series;
  /** Measured in the same run, in turns with `measured`: value n of both belongs to round n. */
  readonly reference: Series | null;
  readonly bound: Bound | null;
}

export type Outcome =
  | { readonly kind: 'measured'; readonly rows: readonly Row[]; readonly notes: readonly string[] }
  | { readonly kind: 'skipped'; readonly reason: string };

/** What a scenario is given. Everything it starts or writes is ended and removed after it, also when it fails. */
export interface Context {
  /** Shorter and less exact: for trying out. */
  readonly quick: boolean;
  readonly rounds: number;
  /** Rounds of load: many short ones, because what is measured in turns must meet the same machine. */
  readonly turns: number;
  /** Length of one turn of load, in seconds. */
  readonly loadSeconds: number;
  /** An empty folder of this scenario's own. */
  readonly folder: string;
  /** Where what is expensive to build stays between runs. */
  readonly cacheFolder: string;
  /** The folder of real records, or null where there is none. */
  readonly data: string | null;
  /** Tells on stderr what is going on. */
  readonly say: (text: string) => void;
  /** cleanup registers what must be undone, last in first out. */
  readonly cleanup: (undo: () => Promise<void> | void) => void;
}

/** Scenario is one question about speed, with the reference that its answer is measured against. */
export interface Scenario {
  readonly name: string;
  readonly question: string;
  readonly reference: string;
  readonly bound: string;
  /** run throws when the program answers wrongly: a fast wrong answer is no figure. */
  readonly run: (context: Context) => Promise<Outcome>;
}

export const atLeast = (value: number, of: Bound['of'] = 'ratio'): Bound => ({ of, kind: 'at-least', value });
export const atMost = (value: number, of: Bound['of'] = 'ratio'): Bound => ({ of, kind: 'at-most', value });

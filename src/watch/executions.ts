import { fail, newUuid } from '../kernel/index.ts';
import { inTransaction, type Db } from '../storage/index.ts';
import type { WatchDeps } from './deps.ts';
import {
  countExecutions,
  findExecution,
  insertExecution,
  listExecutions,
  listResults,
  touchAutomation,
  type ExecutionRow,
} from './store/execution-store.ts';

/** JSON as it is shown to people. */
type JsonObject = Readonly<Record<string, unknown>>;

/** What one run of an automation found. Times are epoch milliseconds. */
export interface Execution {
  readonly id: string;
  readonly executedAtMs: number;
  /** The changes of that time were looked at. */
  readonly windowStartMs: number;
  readonly windowEndMs: number;
  readonly matchedCvesCount: number;
  readonly impactSummary: JsonObject;
  readonly cvesTableData: readonly JsonObject[];
  readonly createdAtMs: number;
}

/** What came of one action of a run. */
export interface ExecutionResult {
  readonly id: string;
  readonly outputType: string;
  readonly label: string;
  readonly status: string;
  readonly details: JsonObject;
  readonly createdAtMs: number;
}

export interface NewExecution extends Omit<Execution, 'id' | 'createdAtMs'> {
  readonly automationId: string;
  readonly results: readonly Omit<ExecutionResult, 'id' | 'createdAtMs'>[];
}

/** A part of a list. */
export interface Part {
  readonly offset: number;
  readonly limit: number;
}

const executionOf = (row: ExecutionRow): Execution => ({
  id: row.id,
  executedAtMs: row.executed_at_ms,
  windowStartMs: row.window_start_ms,
  windowEndMs: row.window_end_ms,
  matchedCvesCount: row.matched_cves_count,
  // Both columns are written from these very types only.
  impactSummary: JSON.parse(row.impact_summary) as JsonObject,
  cvesTableData: JSON.parse(row.cves_table_data) as JsonObject[],
  createdAtMs: row.created_at_ms,
});

export const executionVerbs = ({ control, clock, random }: Pick<WatchDeps, 'control' | 'clock' | 'random'>) => {
  const { db } = control;
  return {
    /** list returns a page of an automation's executions, newest first, and how many there are. */
    list: async (automationId: string, part: Part) => ({
      rows: (await listExecutions(db, automationId, part)).map(executionOf),
      total: await countExecutions(db, automationId),
    }),
    /** find returns one execution of an automation with its results, or null. */
    find: async (
      automationId: string,
      id: string,
    ): Promise<(Execution & { readonly results: readonly ExecutionResult[] }) | null> => {
      const row = await findExecution(db, automationId, id);
      if (row === undefined) return null;
      const results = (await listResults(db, row.id)).map((each) => ({
        id: each.id,
        outputType: each.output_type,
        label: each.label,
        status: each.status,
        details: JSON.parse(each.details) as JsonObject,
        createdAtMs: each.created_at_ms,
      }));
      return { ...executionOf(row), results };
    },
    /**
     * record writes a run with its results, in the transaction of the run, and returns its id. Throws
     * `automation.not_found` when the automation has gone meanwhile.
     */
    record: (within: Db, given: NewExecution): Promise<string> =>
      inTransaction(within, async (tx) => {
        if (!(await touchAutomation(tx, given.automationId, given.executedAtMs))) throw fail('automation.not_found');
        const nowMs = clock.nowMs();
        const row: ExecutionRow = {
          id: newUuid(random),
          automation_id: given.automationId,
          executed_at_ms: given.executedAtMs,
          window_start_ms: given.windowStartMs,
          window_end_ms: given.windowEndMs,
          matched_cves_count: given.matchedCvesCount,
          impact_summary: JSON.stringify(given.impactSummary),
          cves_table_data: JSON.stringify(given.cvesTableData),
          created_at_ms: nowMs,
        };
        const results = given.results.map((result) => ({
          id: newUuid(random),
          execution_id: row.id,
          output_type: result.outputType,
          label: result.label,
          status: result.status,
          details: JSON.stringify(result.details),
          created_at_ms: nowMs,
        }));
        await insertExecution(tx, row, results);
        return row.id;
      }),
  };
};

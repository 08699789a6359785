import { z } from 'zod';

/** The part of Vitest's JSON report that is read. */
const Report = z.object({
  testResults: z.array(z.object({ status: z.string(), assertionResults: z.array(z.object({ status: z.string() })) })),
});

export interface TestCounts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

/**
 * countTests counts the tests of a report. A file that could not be loaded counts as one failed test, and so does a run
 * that ended badly (`code` not 0) without a failed test: an unreadable report, an unhandled error, no test found.
 */
export const countTests = (report: string, code: number): TestCounts => {
  const statuses = parse(report).flatMap((file) => {
    const own = file.assertionResults.map((test) => test.status);
    return file.status === 'failed' && !own.includes('failed') ? [...own, 'failed'] : own;
  });
  const count = (status: string): number => statuses.filter((other) => other === status).length;
  const passed = count('passed');
  const failed = count('failed');
  return {
    passed,
    failed: failed === 0 && code !== 0 ? 1 : failed,
    skipped: statuses.length - passed - failed,
  };
};

const parse = (report: string): z.infer<typeof Report>['testResults'] => {
  try {
    return Report.parse(JSON.parse(report)).testResults;
  } catch {
    return []; // no report: the exit code tells
  }
};

import { describe, expect, test } from 'vitest';
import { countTests } from './test-report.ts';

// Risk: a run that broke and yet ends with "0 failed".

const file = (status: string, ...tests: readonly string[]) => ({
  status,
  assertionResults: tests.map((each) => ({ status: each })),
});
const report = (...files: readonly object[]): string => JSON.stringify({ testResults: files });

describe('countTests', () => {
  test('counts passed, failed and skipped tests over all files', () => {
    const text = report(file('failed', 'passed', 'failed', 'skipped'), file('passed', 'passed', 'todo'));
    expect(countTests(text, 1)).toEqual({ passed: 2, failed: 1, skipped: 2 });
  });

  test('counts a file that could not be loaded as a failure', () => {
    expect(countTests(report(file('failed'), file('passed', 'passed')), 1)).toEqual({
      passed: 1,
      failed: 1,
      skipped: 0,
    });
  });

  test('never reports zero failures for a run that ended badly', () => {
    expect(countTests(report(file('passed', 'passed')), 1).failed).toBe(1);
    expect(countTests('', 130).failed).toBe(1);
    expect(countTests('{"testResults": 3}', 1).failed).toBe(1);
  });
});

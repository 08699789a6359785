import { defineConfig } from 'vitest/config';

/**
 * No test measures time by its own length: these limits end what hangs, and are far beyond what a slow and busy machine
 * needs. A test file sets none of its own that is shorter.
 */
const limits = {
  setupFiles: ['test/support/property-seed.ts'],
  testTimeout: 120_000,
  hookTimeout: 120_000,
  expect: { poll: { timeout: 60_000, interval: 5 } },
};
const processLimits = { ...limits, testTimeout: 300_000, hookTimeout: 300_000 };

/** The five projects of `npm test`; `npm test -- --project db` runs one of them. */
export default defineConfig({
  test: {
    watch: false,
    // Stores and whole-process tests are bound by the machine's cores; one worker a core keeps their timing honest.
    maxWorkers: '100%',
    projects: [
      {
        test: {
          name: 'unit',
          include: ['src/**/*.test.ts', 'scripts/**/*.test.ts', 'bench/**/*.test.ts', 'test/support/**/*.test.ts'],
          exclude: ['**/*.db.test.ts'],
          ...limits,
        },
      },
      {
        test: {
          name: 'db',
          include: ['{src,test/support}/**/*.db.test.ts', 'test/db/**/*.test.ts'],
          ...limits,
        },
      },
      { test: { name: 'http', include: ['test/http/**/*.test.ts'], ...limits } },
      { test: { name: 'repository', include: ['test/repository/**/*.test.ts'], ...limits } },
      {
        test: {
          name: 'e2e',
          include: ['test/e2e/**/*.{test,e2e}.ts', 'test/chaos/**/*.test.ts'],
          ...processLimits,
        },
      },
    ],
  },
});

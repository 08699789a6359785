import { defineConfig } from 'vitest/config';

const slowMs = 120_000;

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
        },
      },
      {
        test: {
          name: 'db',
          include: ['{src,test/support}/**/*.db.test.ts', 'test/db/**/*.test.ts'],
          testTimeout: 30_000,
          hookTimeout: 60_000,
        },
      },
      { test: { name: 'http', include: ['test/http/**/*.test.ts'], testTimeout: 30_000, hookTimeout: 60_000 } },
      { test: { name: 'repository', include: ['test/repository/**/*.test.ts'], testTimeout: 30_000 } },
      {
        test: {
          name: 'e2e',
          include: ['test/e2e/**/*.{test,e2e}.ts', 'test/chaos/**/*.test.ts'],
          testTimeout: slowMs,
          hookTimeout: slowMs,
        },
      },
    ],
  },
});

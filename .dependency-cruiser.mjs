/**
 * Boundaries of the house: imports point down the ranks only, a module is entered by its index.ts, no cycles (types
 * included). The ranks are those of docs/ARCHITECTURE.md.
 */
const ranks = [
  ['kernel'],
  ['storage', 'outbound', 'config', 'keyring'],
  ['audit', 'queue', 'mail'],
  ['credentials', 'admission', 'accounts', 'catalog'],
  ['watch', 'scanner', 'billing', 'query-language'],
  ['http'],
];
const tests = '[.](test|suite)[.]ts$';
const folder = (names) => `^src/(${names.join('|')})/`;

const rankRules = ranks.flatMap((row, rank) =>
  row.map((module) => ({
    name: `rank-of-${module}`,
    comment: `${module} imports only what stands below it; the rest is handed in as deps and bound in app.ts.`,
    severity: 'error',
    from: { path: folder([module]), pathNot: tests },
    to: {
      path: [
        folder([...row.filter((name) => name !== module), ...ranks.slice(rank + 1).flat(), 'cli']),
        '^src/[^/]+[.]ts$',
      ],
    },
  })),
);

export default {
  forbidden: [
    ...rankRules,
    {
      name: 'app-is-below-main-and-cli',
      severity: 'error',
      from: { path: '^src/[^/]+[.]ts$', pathNot: ['^src/main[.]ts$', tests] },
      to: { path: '^src/(main[.]ts$|cli/)' },
    },
    {
      name: 'main-is-the-top',
      severity: 'error',
      from: { path: '^src/', pathNot: tests },
      to: { path: '^src/main[.]ts$' },
    },
    {
      name: 'enter-a-module-by-its-door',
      comment: 'From outside a module only its index.ts may be imported.',
      severity: 'error',
      from: { path: '^src/([^/]+)/', pathNot: '^src/contract/' },
      to: { path: '^src/[^/]+/', pathNot: ['^src/$1/', '^src/[^/]+/index[.]ts$', '^src/contract/'] },
    },
    {
      name: 'main-and-app-enter-by-the-door',
      severity: 'error',
      from: { path: '^src/[^/]+[.]ts$' },
      to: { path: '^src/[^/]+/', pathNot: ['^src/[^/]+/index[.]ts$', '^src/http/[^/]+/index[.]ts$', '^src/contract/'] },
    },
    {
      name: 'contract-knows-only-the-words-of-the-kernel-and-zod',
      severity: 'error',
      from: { path: '^src/contract/', pathNot: tests },
      to: { pathNot: ['^src/contract/', '^src/kernel/(error-catalogue|caller)[.]ts$', '^node_modules/zod/'] },
    },
    {
      name: 'kernel-imports-nothing-of-the-product',
      severity: 'error',
      from: { path: '^src/kernel/', pathNot: tests },
      to: { path: '^src/', pathNot: '^src/kernel/' },
    },
    {
      name: 'surfaces-do-not-know-each-other',
      comment: 'The second generation of a product may use the names and dates of the first one.',
      severity: 'error',
      from: { path: '^src/http/([^/]+?)(-v2)?/', pathNot: tests },
      to: { path: '^src/http/[^/]+/', pathNot: '^src/http/$1(-v2)?/' },
    },
    {
      name: 'surfaces-do-not-reach-storage',
      severity: 'error',
      from: { path: '^src/http/', pathNot: tests },
      to: { path: '^src/storage/' },
    },
    {
      name: 'only-stores-speak-sql',
      comment:
        'Database libraries are for storage/ and for files named store.ts, *-store.ts or under store/; others may name a handle.',
      severity: 'error',
      from: { path: '^src/', pathNot: ['^src/storage/', '[/-]store[.]ts$', '/store/', tests] },
      to: { path: ['^node_modules/(kysely|pg|@types/pg)/', '^(node:)?sqlite$'], dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'only-outbound-calls-out',
      severity: 'error',
      from: { path: '^src/', pathNot: ['^src/outbound/', tests] },
      to: { path: '^node_modules/undici/' },
    },
    {
      name: 'only-http-knows-the-web-framework',
      severity: 'error',
      from: { path: '^src/', pathNot: ['^src/http/', tests] },
      to: { path: '^node_modules/fastify/' },
    },
    {
      name: 'nothing-imports-tests-or-benchmarks',
      severity: 'error',
      from: { path: '^src/', pathNot: tests },
      to: { path: '^(test|bench|scripts)/' },
    },
    { name: 'no-test-imports-another', severity: 'error', from: {}, to: { path: '[.]test[.]ts$' } },
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    { name: 'no-unresolved', severity: 'error', from: {}, to: { couldNotResolve: true } },
    {
      name: 'no-development-packages-in-the-product',
      severity: 'error',
      from: { path: '^src/', pathNot: tests },
      to: { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'], dependencyTypesNot: ['type-only'] },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    exclude: { path: '^(data|coverage|node_modules/[^/]+/.*[.]d[.]ts$)' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default', 'types'] },
  },
};

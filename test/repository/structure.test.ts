import { describe, expect, test } from 'vitest';
import { files, isTest, isTypeScript, lineCount, modules, text } from './tree.ts';

// Risk: a house where nobody finds anything: long files, nameless files, rooms without a door, things left in the hall.

const code = files.filter((path) => isTypeScript(path));
const baseName = (path: string): string => path.slice(path.lastIndexOf('/') + 1);
/** Up to the first dot: what follows says which kind of test it is. */
const stem = (path: string): string => baseName(path).replace(/\..*$/, '');

/** Tables that are data more than code may be longer, by name. */
const longTables = new Set<string>([]);

describe('files', () => {
  test('of code have at most 300 lines, tests at most 400', () => {
    const tooLong = code
      .filter((path) => !longTables.has(path))
      .map((path) => ({ path, lines: lineCount(path), limit: isTest(path) ? 400 : 300 }))
      .filter(({ lines, limit }) => lines > limit);
    expect(tooLong).toEqual([]);
  });

  test('have kebab-case names', () => {
    expect(code.filter((path) => !/^[a-z0-9]+(-[a-z0-9]+)*$/.test(stem(path)))).toEqual([]);
  });

  test('have names that say what is in them', () => {
    const empty = /^(utils?|helpers?|common|shared|misc|base|core|managers?|services?|handlers?|impl|data|info)$/;
    const suffix = /-(utils?|helpers?|managers?|services?|handlers?|impl)$/;
    const names = (path: string): string[] => [...path.split('/').slice(1, -1), stem(path)];
    expect(code.filter((path) => names(path).some((name) => empty.test(name) || suffix.test(name)))).toEqual([]);
  });

  test('lie in the tree of the house', () => {
    const places = [
      /^src\/(main|app|parts|upkeep|holders|memberships|sync-thread)\.ts$/,
      /^src\/(kernel|config|storage|outbound|keyring|queue|mail|billing|audit|accounts|credentials|admission|catalog|query-language|watch|scanner|contract|http|cli)\//,
      /^web\//,
      /^bench\//,
      /^test\/(support|http|repository|e2e|chaos|db|model|ports)\//,
      /^starter\/(records\.ndjson|NOTICE\.md)$/,
      /^scripts\/[a-z-]+(\.test)?\.ts$/,
      /^bin\/vulngate\.js$/,
      /^\.ci\/run$/,
      /^docs\/(ARCHITECTURE|principles|operations|audit|errors|configuration|prices)\.md$/,
      /^docs\/leak-rules\/(gitleaks\.toml|trufflehog\.yaml)$/,
      /^docs\/(compat|adr|postmortems)\/[a-z0-9-]+\.md$/,
      /^(README|CONTRIBUTING|SECURITY|CHANGELOG)\.md$/,
      /^(LICENSE|NOTICE|package\.json|package-lock\.json|tsconfig\.json|knip\.json|vitest\.config\.ts|vulngate\.env\.example)$/,
      /^\.(gitignore|gitattributes|npmrc|editorconfig|oxfmtrc\.json|oxlintrc\.json|dependency-cruiser\.mjs|dockerignore)$/,
      /^(Dockerfile|compose\.yaml)$/,
    ];
    expect(files.filter((path) => !places.some((place) => place.test(path)))).toEqual([]);
  });
});

describe('a module', () => {
  const doors = [
    ...modules.map((module) => `src/${module}/index.ts`),
    ...new Set(
      files.flatMap((path) => /^src\/http\/[^/]+\//.exec(path)?.[0] ?? []).map((folder) => `${folder}index.ts`),
    ),
  ];

  test.each(doors)('has a door with a header of 4 to 20 lines: %s', (door) => {
    expect(files).toContain(door);
    const header = /^\/\*\*\n((?: \*.*\n)+?) \*\/\n/.exec(text(door))?.[1] ?? '';
    const lines = header.split('\n').length - 1;
    expect(lines, `${door} opens with a header`).toBeGreaterThanOrEqual(4);
    expect(lines, `${door} keeps its header short`).toBeLessThanOrEqual(20);
  });

  // The contract is all tables and the kernel all words: they have no behaviour that a small door could hide.
  test.each(modules.filter((module) => module !== 'contract' && module !== 'kernel'))(
    'shows at most 14 values at its door: %s',
    (module) => {
      const door = text(`src/${module}/index.ts`);
      const named = [...door.matchAll(/^export (?!type)\{([^}]*)\}/gm)].flatMap((match) => (match[1] ?? '').split(','));
      const values = named.map((name) => name.trim()).filter((name) => name !== '' && !name.startsWith('type '));
      expect(values.length, values.join(', ')).toBeLessThanOrEqual(14);
    },
  );
});

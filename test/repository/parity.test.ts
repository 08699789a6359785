import { describe, expect, test } from 'vitest';
import { commands } from '../../src/cli/index.ts';
import { options } from '../../src/config/index.ts';
import { operations } from '../../src/contract/index.ts';
import { errorCatalogue } from '../../src/kernel/index.ts';
import { generatedDocuments } from '../../scripts/documents.ts';
import { files, isTest, text } from './tree.ts';

// Risk: what the code does and what the pages say drift apart.

const sources = files.filter((path) => path.startsWith('src/') && path.endsWith('.ts') && !isTest(path));
const codes = Object.keys(errorCatalogue);

describe('error codes', () => {
  const elsewhere = sources
    .filter((path) => path !== 'src/kernel/error-catalogue.ts')
    .map((path) => text(path))
    .join('\n');

  test('are all used by the product', () => {
    expect(codes.filter((code) => !elsewhere.includes(`'${code}'`))).toEqual([]);
  });

  test('are written area.reason', () => {
    expect(codes.filter((code) => !/^[a-z]+(_[a-z]+)*\.[a-z0-9]+(_[a-z0-9]+)*$/.test(code))).toEqual([]);
  });

  test('are all explained in docs/errors.md', () => {
    const page = text('docs/errors.md');
    expect(codes.filter((code) => !page.includes(`| \`${code}\` |`))).toEqual([]);
  });
});

describe('options', () => {
  test('are all explained in docs/configuration.md and offered in the sample file', () => {
    const page = text('docs/configuration.md');
    const sample = text('vulngate.env.example');
    expect(options.filter((option) => !page.includes(`| \`${option.env}\` |`)).map((option) => option.env)).toEqual([]);
    expect(options.filter((option) => !sample.includes(`\n#${option.env}=`)).map((option) => option.env)).toEqual([]);
  });

  test('have unique keys and names that start with VULNGATE_', () => {
    expect(new Set(options.map((option) => option.key)).size).toBe(options.length);
    expect(new Set(options.map((option) => option.env)).size).toBe(options.length);
    expect(options.filter((option) => !/^VULNGATE_[A-Z]+(_[A-Z]+)*$/.test(option.env))).toEqual([]);
  });

  test('named in the documents exist', () => {
    const known = new Set<string>(options.flatMap((option) => [option.env, `${option.env}_FILE`]));
    const outsideTheTable = new Set(['VULNGATE_TEST_DATA', 'VULNGATE_TEST_POSTGRES_URL', 'VULNGATE_TEST_SEED']);
    const named = files
      .filter((path) => path.endsWith('.md') && path !== 'CHANGELOG.md')
      .flatMap((path) =>
        [...text(path).matchAll(/\bVULNGATE_[A-Z_]*[A-Z]\b/g)].map((match) => ({ path, name: match[0] })),
      );
    expect(named.filter(({ name }) => !known.has(name) && !outsideTheTable.has(name))).toEqual([]);
  });
});

describe('operations', () => {
  const surfaces = [...new Set(operations.map((operation) => operation.surface))].filter(
    (surface) => surface !== 'site',
  );

  test.each(surfaces)('of the surface %s are all listed in its compat page', (surface) => {
    const page = text(`docs/compat/${surface}.md`);
    const own = operations.filter((operation) => operation.surface === surface);
    expect(own.filter(({ method, path }) => !page.includes(`\`${method} ${path}\``)).map((each) => each.id)).toEqual(
      [],
    );
  });

  test.each(surfaces)('in the compat page of %s exist', (surface) => {
    const known = new Set(operations.map(({ method, path }) => `${method} ${path}`));
    const listed = [...text(`docs/compat/${surface}.md`).matchAll(/^\| `((?:GET|POST|PUT|PATCH|DELETE) [^`]+)` \|/gm)];
    expect(listed.map((match) => match[1] ?? '').filter((operation) => !known.has(operation))).toEqual([]);
  });

  test('have unique ids and unique places', () => {
    expect(new Set(operations.map((operation) => operation.id)).size).toBe(operations.length);
    expect(new Set(operations.map(({ method, path }) => `${method} ${path}`)).size).toBe(operations.length);
  });

  test('that ask for a credential name a resource', () => {
    expect(operations.filter(({ families, resource }) => families.length > 0 && resource === null)).toEqual([]);
  });
});

describe('commands', () => {
  const commandFiles = files.flatMap((path) => /^src\/cli\/commands\/([a-z-]+)\.ts$/.exec(path)?.[1] ?? []);

  test('are each one file that the registry knows', () => {
    const registry = text('src/cli/registry.ts');
    const loaded = [...registry.matchAll(/import\('\.\/commands\/([a-z-]+)\.ts'\)/g)].map((match) => match[1] ?? '');
    expect(loaded.length).toBe(commands.length);
    expect(loaded.filter((name) => !commandFiles.includes(name))).toEqual([]);
  });

  test('named in the documents exist', () => {
    const known = new Set(commands.map((command) => command.name));
    const named = files
      .filter((path) => path.endsWith('.md'))
      .flatMap((path) =>
        [...text(path).matchAll(/vulngate -- ([a-z-]+)/g)].map((match) => ({ path, name: match[1] ?? '' })),
      );
    expect(named.length).toBeGreaterThan(3);
    expect(named.filter(({ name }) => !known.has(name))).toEqual([]);
  });

  test('load, and say how they are used', async () => {
    for (const entry of commands) expect((await entry.load()).usage, entry.name).toContain(entry.name);
  });
});

test.each(generatedDocuments())('$path is what the code generates', ({ path, text: wanted }) => {
  expect(text(path)).toBe(wanted);
});

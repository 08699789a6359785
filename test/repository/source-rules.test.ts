import { expect, test } from 'vitest';
import { files, isTest, isTypeScript, text } from './tree.ts';

// Risk: a rule that the linter cannot express, broken in one place and copied into ten.

interface Rule {
  readonly name: string;
  readonly pattern: RegExp;
  /** Files the rule looks at. */
  readonly of: (path: string) => boolean;
  /** Files that may break it, because that is their job. */
  readonly except?: readonly string[];
}

const product = (path: string): boolean => path.startsWith('src/') && isTypeScript(path) && !isTest(path);
const written = (path: string): boolean =>
  /\.(ts|tsx|js|mjs|md|json|ya?ml)$|^\.ci\/|example$/.test(path) && path !== 'package-lock.json';
const self = 'test/repository/source-rules.test.ts';

const rules: readonly Rule[] = [
  { name: 'no cast through unknown', pattern: /\bas unknown as\b/, of: isTypeScript, except: [self] },
  { name: 'no silenced compiler', pattern: /@ts-(ignore|nocheck|expect-error)/, of: isTypeScript, except: [self] },
  {
    name: 'no current time except from the clock',
    pattern: /new Date\(\)|Temporal\.Now|process\.hrtime/,
    of: product,
    except: ['src/kernel/clock.ts'],
  },
  {
    name: 'no randomness except from Random',
    pattern: /\b(randomBytes|randomUUID|randomInt|getRandomValues)\b/,
    of: product,
    except: ['src/kernel/random.ts'],
  },
  { name: 'no timers by another door', pattern: /node:timers/, of: product },
  { name: 'no environment by another door', pattern: /from 'node:process'|process\['env'\]/, of: product },
  {
    name: 'no sleeping test',
    pattern: /setTimeout\((resolve|done|r)\b|node:timers\/promises/,
    of: (path) => isTest(path) && !/^test\/(e2e|chaos|support)\//.test(path),
    except: [self],
  },
  { name: 'no module mocks', pattern: /\bvi\.(mock|doMock|stubGlobal)\(/, of: isTest, except: [self] },
  { name: 'no focused tests', pattern: /\b(test|it|describe)\.only\b/, of: isTest, except: [self] },
  {
    name: 'no open ends',
    pattern: /\b(TODO|FIXME|XXX|HACK)\b/,
    of: written,
    except: [self, '.oxlintrc.json', 'CONTRIBUTING.md'],
  },
  {
    name: 'no paths of one machine',
    pattern: /(^|[\s'"`(=])\/(work|root|home\/[a-z]+|Users\/[A-Za-z]+)\//m,
    of: written,
    except: [self],
  },
  {
    name: 'no engine questions outside storage',
    pattern: /engine\.name\b/,
    of: (path) => product(path) && !path.startsWith('src/storage/'),
  },
];

test.each(rules)('$name', ({ pattern, of, except = [] }) => {
  const broken = files
    .filter((path) => of(path) && !except.includes(path))
    .flatMap((path) =>
      text(path)
        .split('\n')
        .flatMap((line, index) => (pattern.test(line) ? [`${path}:${index + 1}: ${line.trim().slice(0, 120)}`] : [])),
    );
  expect(broken).toEqual([]);
});

test('SQL stands in stores and in storage only', () => {
  const statement =
    /[`'"]\s*(select\s.+\sfrom|insert\s+(or\s+\w+\s+)?into|update\s+\w+\s+set|delete\s+from|create\s+(table|index|unique))\b/is;
  const allowed = (path: string): boolean =>
    path.startsWith('src/storage/') || path.includes('/store/') || /[/-](store|schema)\.ts$/.test(path);
  expect(files.filter((path) => product(path) && !allowed(path) && statement.test(text(path)))).toEqual([]);
});

/** Risk: a text that nobody thought of breaks the server, or is read as another question than the one that was written. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { boundsOf, type Comparison } from './bounds.ts';
import { compileQuery } from './index.ts';
import { parseQueryText } from './parse.ts';
import { QueryRefusal, type Operator, type QueryNode } from './types.ts';

const nowMs = Date.UTC(2026, 10, 22, 12);
const operators: readonly Operator[] = [':', '!:', '=', '!=', '>', '>=', '<', '<='];

/** Position-free form of a query, as it is made and as it is read. */
type Shape =
  | { readonly kind: 'term'; readonly field: string | null; readonly operator: Operator | null; readonly text: string }
  | { readonly kind: 'not'; readonly of: Shape }
  | { readonly kind: 'all' | 'any'; readonly of: readonly Shape[] };

const name = fc.stringMatching(/^[a-z][a-z0-9_]{0,9}$/).filter((word) => !/^(and|or|not)$/.test(word));
const text = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 }).filter((value) => value.trim() !== '');
const bare = fc.record<Shape & { kind: 'term' }>({
  kind: fc.constant('term'),
  field: fc.constant(null),
  operator: fc.constant(null),
  text,
});
const compared = fc.record<Shape & { kind: 'term' }>({
  kind: fc.constant('term'),
  field: name,
  operator: fc.constantFrom(...operators),
  text,
});
const { node } = fc.letrec<{ node: Shape; all: Shape; any: Shape; not: Shape; term: Shape }>((tie) => ({
  term: fc.oneof(bare, compared),
  not: fc.record({ kind: fc.constant('not' as const), of: tie('node') }),
  all: fc.record({ kind: fc.constant('all' as const), of: fc.array(tie('node'), { minLength: 2, maxLength: 3 }) }),
  any: fc.record({ kind: fc.constant('any' as const), of: fc.array(tie('node'), { minLength: 2, maxLength: 3 }) }),
  node: fc.oneof({ maxDepth: 4, depthSize: 'small' }, tie('term'), tie('not'), tie('all'), tie('any')),
}));

const quote = (value: string): string => `"${value.replaceAll(/["\\]/g, String.raw`\$&`)}"`;

/** Parentheses around every compound, so that only reading them right gives the same query. */
const print = (shape: Shape): string => {
  if (shape.kind === 'term') return `${shape.field ?? ''}${shape.operator ?? ''}${quote(shape.text)}`;
  if (shape.kind === 'not') return `NOT (${print(shape.of)})`;
  return shape.of.map((member) => `(${print(member)})`).join(shape.kind === 'all' ? ' AND ' : ' or ');
};

const shapeOf = (read: QueryNode): Shape => {
  if (read.kind === 'not') return { kind: 'not', of: shapeOf(read.of) };
  if (read.kind !== 'term') return { kind: read.kind, of: read.of.map(shapeOf) };
  return {
    kind: 'term',
    field: read.field?.name ?? null,
    operator: read.field?.operator ?? null,
    text: read.value.text,
  };
};

const fragments = fc.constantFrom(
  '(',
  ')',
  '"',
  "'",
  '\\',
  ' AND ',
  ' OR ',
  ' NOT ',
  ':',
  '!=',
  '>=',
  '<',
  'cvss31',
  'epss',
  'kev',
  'true',
  'cve',
  '9.8',
  'created',
  '30d',
  '2024-01-01',
  'project',
  'userTag',
  'vendor',
  'CVE-2021-44228',
  '\u0000',
  '\ud800',
  '$PRODUCT$',
  ',',
  '%',
);

describe('the search language', () => {
  it('reads back what was printed, in the same structure', () => {
    fc.assert(
      fc.property(node, (shape) => {
        expect(shapeOf(parseQueryText(print(shape), { termsMax: 1000 }))).toEqual(shape);
      }),
    );
  });

  it('answers every text with a condition or a refusal that points into it', async () => {
    const anything = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 200 }),
      fc.array(fragments, { maxLength: 40 }).map((parts) => parts.join('')),
    );
    await fc.assert(
      fc.asyncProperty(anything, async (given) => {
        const outcome = await compileQuery(given, { nowMs, termsMax: 20 });
        if (outcome.kind === 'ok') return;
        expect(outcome.position).toBeGreaterThanOrEqual(0);
        expect(outcome.position).toBeLessThanOrEqual(given.length);
        expect(outcome.message.length).toBeLessThan(500);
      }),
      { numRuns: 500 },
    );
  });

  it('throws nothing but its own refusals while it parses', () => {
    fc.assert(
      fc.property(fc.array(fragments, { maxLength: 60 }), (parts) => {
        try {
          parseQueryText(parts.join(''), { termsMax: 20 });
        } catch (error) {
          expect(error).toBeInstanceOf(QueryRefusal);
        }
      }),
    );
  });

  it('gives bounds that hold exactly the scores for which the comparison is true', () => {
    const holds: Readonly<Record<Comparison, (a: number, b: number) => boolean>> = {
      '>': (a, b) => a > b,
      '>=': (a, b) => a >= b,
      '<': (a, b) => a < b,
      '<=': (a, b) => a <= b,
      '=': (a, b) => a === b,
    };
    const scale = fc.constantFrom({ steps: 10, maximum: 10 }, { steps: 100_000, maximum: 1 });
    const comparisons: readonly Comparison[] = ['>', '>=', '<', '<=', '='];
    fc.assert(
      fc.property(
        scale,
        fc.constantFrom(...comparisons),
        fc.nat(100_000),
        fc.nat(100_000),
        (given, comparison, one, two) => {
          const top = given.steps * given.maximum;
          const stored = (one % (top + 1)) / given.steps;
          // Compared in hundredths of a step, so that values between two steps are among them.
          const hundredths = (two * 7) % (top * 100 + 1);
          const bounds = boundsOf(comparison, hundredths / 100 / given.steps, given);
          const isInside =
            bounds !== null && stored >= (bounds.min ?? 0) && stored <= (bounds.max ?? Number.POSITIVE_INFINITY);
          expect(isInside).toBe(holds[comparison](Math.round(stored * given.steps) * 100, hundredths));
        },
      ),
    );
  });
});

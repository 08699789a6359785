import { parseCveId } from '../cve-id.ts';
import { foldText } from '../record/folding.ts';
import { normaliseName, normalisePiece } from '../record/product-names.ts';
import { eachInteger, type IndexStore } from '../store/read-index-store.ts';
import type { Expression, ScoreVersion } from '../types.ts';
import { Bitmap } from './bitmap.ts';
import { noValue, type Columns } from './columns.ts';
import { expressionKey, type Leaf } from './expression.ts';
import { exploitationNumbers, numbersOf, severityNumbers, stepsDown, stepsUp } from './filter.ts';
import type { Recent } from './recent.ts';
import type { Substrings } from './substrings.ts';

/** What conditions are evaluated on: one state of the catalogue. */
export interface Ground {
  readonly columns: Columns;
  readonly store: IndexStore;
  readonly substrings: Substrings;
  /** Kept results; whoever changes the ground clears it. */
  readonly kept: Recent<Bitmap>;
  /** The rows that hold the words of a text. */
  readonly words: (text: string) => Bitmap;
}

/** evaluate returns the rows for which the condition holds. The bitmap may be a kept one: copy it before changing it. */
export const evaluate = (expression: Expression, ground: Ground): Bitmap => {
  const { columns } = ground;
  if (expression.kind === 'all') return allOf(expression.of, ground);
  if (expression.kind === 'any') return anyOf(expression.of, ground);
  if (expression.kind === 'not') {
    const rows = columns.present.copy();
    rows.remove(evaluate(expression.of, ground));
    return rows;
  }
  return leafRows(expression, ground);
};

/** Pieces of texts cost most: they come last, and not at all when nothing is left before. */
const allOf = (parts: readonly Expression[], ground: Ground): Bitmap => {
  const rows = ground.columns.present.copy();
  for (const part of parts) if (part.kind !== 'text') rows.keep(evaluate(part, ground));
  for (const part of parts) if (part.kind === 'text' && !rows.isEmpty) rows.keep(evaluate(part, ground));
  return rows;
};

/** Of so many parts, none is worth keeping by itself. */
const crowd = 16;

const anyOf = (parts: readonly Expression[], ground: Ground): Bitmap => {
  const { columns } = ground;
  const rows = new Bitmap(columns.size);
  for (const part of parts) {
    if (parts.length > crowd && isStored(part)) addStored(part, ground, rows);
    else rows.include(evaluate(part, ground));
  }
  rows.keep(columns.present);
  return rows;
};

const leafRows = (leaf: Leaf, ground: Ground): Bitmap => {
  const { columns } = ground;
  if (leaf.kind === 'words') return ground.words(leaf.text);
  return ground.kept.take(expressionKey(leaf), () => {
    const rows = new Bitmap(columns.size);
    if (isStored(leaf)) {
      addStored(leaf, ground, rows);
      rows.keep(columns.present);
    } else {
      for (const holds of tests(leaf, ground)) {
        columns.present.each((id) => {
          if (holds(id)) rows.add(id);
        });
      }
    }
    return rows;
  });
};

/** Leaves that columns in memory answer; the others ask the database. */
type ColumnLeaf = Extract<
  Leaf,
  { readonly kind: 'cvss' | 'epss' | 'published' | 'modified' | 'flag' | 'severity' | 'exploitation' | 'assigner' }
>;
type StoredLeaf = Exclude<Leaf, ColumnLeaf | { readonly kind: 'words' }>;

const storedKinds: ReadonlySet<string> = new Set<StoredLeaf['kind']>([
  'id',
  'text',
  'vendor',
  'product',
  'weakness',
  'ids',
]);

const isStored = (expression: Expression): expression is StoredLeaf => storedKinds.has(expression.kind);

const addStored = (leaf: StoredLeaf, { columns, store, substrings }: Ground, rows: Bitmap): void => {
  const addIds = (json: string) => eachInteger(json, (id) => rows.add(id));
  switch (leaf.kind) {
    case 'id':
      addIds(idsLike(store, leaf));
      return;
    case 'text':
      rows.include(substrings.find(leaf.field, leaf.text, leaf.match, columns));
      return;
    case 'vendor':
      if (leaf.match === 'exact') addIds(store.ofVendor(normaliseName(leaf.name)));
      else if (leaf.name !== '') addIds(store.ofVendorsLike(normalisePiece(leaf.name)));
      return;
    case 'product':
      addIds(productsNamed(store, leaf));
      return;
    case 'weakness':
      addIds(store.ofWeakness(leaf.cwe));
      return;
    case 'ids':
      addIds(store.ofIds(JSON.stringify(leaf.cveIds.flatMap((cveId) => parseCveId(cveId)?.id ?? []))));
      return;
  }
};

type Test = (id: number) => boolean;

/** The tests of which one must hold for a row. */
const tests = (leaf: ColumnLeaf, { columns, store }: Ground): readonly Test[] => {
  switch (leaf.kind) {
    case 'cvss':
      return scoresOf(columns, leaf.version).map((column) => within(column, leaf, 10));
    case 'epss':
      return [within(columns.epss, leaf, 100_000)];
    case 'published':
    case 'modified':
      return [between(columns[leaf.kind], leaf.fromMs, leaf.toMs)];
    case 'flag':
      return [flagged(columns, leaf.flag)];
    case 'severity':
      return [among(columns, 2, 7, numbersOf(leaf.of, severityNumbers))];
    case 'exploitation':
      return [among(columns, 8, 3, numbersOf(leaf.of, exploitationNumbers))];
    case 'assigner': {
      const assigners = new Set<number>();
      eachInteger(store.assignerIds(leaf.name.trim()), (id) => assigners.add(id));
      return assigners.size === 0 ? [] : [(id) => assigners.has(columns.assigner[id] ?? -1)];
    }
  }
};

const between =
  (column: Float64Array, fromMs = -Infinity, toMs = Infinity): Test =>
  (id) => {
    const value = column[id] ?? Number.NaN;
    return value >= fromMs && value <= toMs;
  };

const idsLike = (store: IndexStore, leaf: { readonly text: string; readonly match: 'exact' | 'contains' }): string => {
  if (leaf.match === 'exact') {
    const id = parseCveId(leaf.text)?.id;
    return id === undefined ? '[]' : store.withExactId(id);
  }
  const piece = foldText(leaf.text).toUpperCase();
  if (!/^[CVE\d-]*$/.test(piece)) return '[]';
  // Every id begins so, and has these letters nowhere else.
  return piece.startsWith('CVE') ? store.withIdPrefix(piece) : store.withIdLike(piece);
};

const productsNamed = (
  store: IndexStore,
  leaf: { readonly vendor: string | null; readonly name: string; readonly match: 'exact' | 'prefix' },
): string => {
  const vendor = leaf.vendor === null ? null : normaliseName(leaf.vendor);
  if (leaf.match === 'exact') return store.ofProduct(normaliseName(leaf.name), vendor);
  return leaf.name === '' ? '[]' : store.ofProductsFrom(normalisePiece(leaf.name), vendor);
};

const scoresOf = (columns: Columns, version: ScoreVersion): readonly Int8Array[] => {
  switch (version) {
    case '2.0':
      return [columns.scoreV2];
    case '3.0':
      return [columns.scoreV30];
    case '3.1':
      return [columns.scoreV31];
    case '4.0':
      return [columns.scoreV40];
    case 'any':
      return [columns.scoreV2, columns.scoreV30, columns.scoreV31, columns.scoreV40];
  }
};

/** The rows whose value lies inside the bounds; stored values are whole steps of 1 / unit. */
const within = (
  column: Int8Array | Int32Array,
  bounds: { readonly min?: number; readonly max?: number },
  unit: number,
): Test => {
  const low = stepsUp(bounds.min, unit) ?? 0;
  const high = stepsDown(bounds.max, unit) ?? Infinity;
  return (id) => {
    const value = column[id] ?? noValue;
    return value >= low && value <= high;
  };
};

const flagBits = { rejected: 0, kev: 5, ransomware: 6, exploit_known: 7, automatable: 11 } as const;

const flagged = ({ flags }: Columns, flag: keyof typeof flagBits): Test => {
  const bit = flagBits[flag];
  return (id) => (((flags[id] ?? 0) >>> bit) & 1) === 1;
};

const among =
  ({ flags }: Columns, from: number, mask: number, wanted: number): ((id: number) => boolean) =>
  (id) =>
    ((wanted >>> (((flags[id] ?? 0) >>> from) & mask)) & 1) === 1;

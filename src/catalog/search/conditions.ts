import { parseCveId } from '../cve-id.ts';
import { foldText, normaliseName, normalisePiece } from '../record/index.ts';
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
  switch (expression.kind) {
    case 'all': {
      const rows = columns.present.copy();
      for (const part of expression.of) rows.keep(evaluate(part, ground));
      return rows;
    }
    case 'any': {
      const rows = new Bitmap(columns.size);
      // Of many parts, none is worth keeping by itself.
      const isCrowd = expression.of.length > 16;
      for (const part of expression.of) {
        if (isCrowd && isLeaf(part)) add(part, ground, rows);
        else rows.include(evaluate(part, ground));
      }
      rows.keep(columns.present);
      return rows;
    }
    case 'not': {
      const rows = columns.present.copy();
      rows.remove(evaluate(expression.of, ground));
      return rows;
    }
    case 'words':
      return ground.words(expression.text);
    default:
      return ground.kept.take(expressionKey(expression), () => {
        const rows = new Bitmap(columns.size);
        add(expression, ground, rows);
        rows.keep(columns.present);
        return rows;
      });
  }
};

const isLeaf = (expression: Expression): expression is Exclude<Leaf, { readonly kind: 'words' }> =>
  !['all', 'any', 'not', 'words'].includes(expression.kind);

/** Adds the rows of one leaf to a set. */
const add = (leaf: Exclude<Leaf, { readonly kind: 'words' }>, ground: Ground, rows: Bitmap): void => {
  const { columns, store } = ground;
  const addIds = (json: string) => eachInteger(json, (id) => rows.add(id));
  const addRows = (holds: (id: number) => boolean) =>
    columns.present.each((id) => {
      if (holds(id)) rows.add(id);
    });
  switch (leaf.kind) {
    case 'id':
      addIds(idsLike(store, leaf));
      return;
    case 'text':
      rows.include(ground.substrings.find(leaf.field, leaf.text, leaf.match, columns));
      return;
    case 'vendor':
      if (leaf.match === 'exact') addIds(store.ofVendor(normaliseName(leaf.name)));
      else if (leaf.name !== '') addIds(store.ofVendorsLike(normalisePiece(leaf.name)));
      return;
    case 'product':
      addIds(productsLike(store, leaf));
      return;
    case 'weakness':
      addIds(store.ofWeakness(leaf.cwe));
      return;
    case 'cvss':
      for (const column of scoresOf(columns, leaf.version)) addRows(within(column, leaf, 10));
      return;
    case 'epss':
      addRows(within(columns.epss, leaf, 100_000));
      return;
    case 'published':
    case 'modified': {
      const column = columns[leaf.kind];
      const { fromMs = -Infinity, toMs = Infinity } = leaf;
      addRows((id) => {
        const value = column[id] ?? Number.NaN;
        return value >= fromMs && value <= toMs;
      });
      return;
    }
    case 'flag':
      addRows(flagged(columns, leaf.flag));
      return;
    case 'severity':
      addRows(among(columns, 2, 7, numbersOf(leaf.of, severityNumbers)));
      return;
    case 'exploitation':
      addRows(among(columns, 8, 3, numbersOf(leaf.of, exploitationNumbers)));
      return;
    case 'assigner': {
      const assigners = new Set<number>();
      eachInteger(store.assignerIds(leaf.name.trim()), (id) => assigners.add(id));
      if (assigners.size > 0) addRows((id) => assigners.has(columns.assigner[id] ?? -1));
      return;
    }
    case 'ids':
      addIds(store.ofIds(JSON.stringify(leaf.cveIds.flatMap((cveId) => parseCveId(cveId)?.id ?? []))));
      return;
  }
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

const productsLike = (
  store: IndexStore,
  leaf: { readonly vendor: string | null; readonly name: string; readonly match: 'exact' | 'contains' },
): string => {
  const vendor = leaf.vendor === null ? null : normaliseName(leaf.vendor);
  if (leaf.match === 'exact') return store.ofProduct(normaliseName(leaf.name), vendor);
  return leaf.name === '' ? '[]' : store.ofProductsLike(normalisePiece(leaf.name), vendor);
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
): ((id: number) => boolean) => {
  const low = stepsUp(bounds.min, unit) ?? 0;
  const high = stepsDown(bounds.max, unit) ?? Infinity;
  return (id) => {
    const value = column[id] ?? noValue;
    return value >= low && value <= high;
  };
};

const flagBits = { rejected: 0, kev: 5, ransomware: 6, exploit_known: 7, automatable: 11 } as const;

const flagged = ({ flags }: Columns, flag: keyof typeof flagBits): ((id: number) => boolean) => {
  const bit = flagBits[flag];
  return (id) => (((flags[id] ?? 0) >>> bit) & 1) === 1;
};

const among =
  ({ flags }: Columns, from: number, mask: number, wanted: number): ((id: number) => boolean) =>
  (id) =>
    ((wanted >>> (((flags[id] ?? 0) >>> from) & mask)) & 1) === 1;

import { objectsOf, textOf, type JsonObject } from './json-value.ts';

/**
 * A run of affected versions: one exact version, or bounds of which an absent one means unbounded. `from` is included,
 * `through` is included, `before` is excluded. No bound at all: every version.
 */
export interface VersionRange {
  readonly exact?: string;
  readonly from?: string;
  readonly through?: string;
  readonly before?: string;
}

/** Words that stand where a version should but bound nothing. */
const unbounded = new Set([
  '',
  '0',
  '*',
  '-',
  'n/a',
  'na',
  'unspecified',
  'unknown',
  'all',
  'any',
  'none',
  'all versions',
]);

/**
 * affectedRanges lists the affected runs of one `affected` entry. Git commits are left out: they are no versions. An entry
 * that calls everything affected except what it lists gives a range only where the exception is a single "from here on".
 */
export const affectedRanges = (entry: JsonObject): readonly VersionRange[] => {
  const versions = objectsOf(entry['versions']).filter((version) => version['versionType'] !== 'git');
  const ranges: VersionRange[] = [];
  const fixes: string[] = [];
  let exceptions = 0;
  for (const version of versions) {
    if (version['status'] === 'unaffected') {
      exceptions += 1;
      const fixed = fixedFrom(version);
      if (fixed !== null) fixes.push(fixed);
    }
    for (const range of rangesOf(version)) ranges.push(range);
  }
  if (ranges.length > 0) return ranges;
  if (entry['defaultStatus'] !== 'affected' && exceptions + objectsOf(entry['versions']).length > 0) return [];
  if (entry['defaultStatus'] === 'unaffected') return [];
  const fix = fixes[0];
  if (exceptions === 1 && fix !== undefined) return [{ before: fix }];
  return exceptions === 0 ? [{}] : [];
};

/** rangesOf cuts one version object into its affected runs, following its `changes`. */
const rangesOf = (version: JsonObject): readonly VersionRange[] => {
  const start = lowerBound(version['version']);
  const before = upperBound(version['lessThan']);
  const through = upperBound(version['lessThanOrEqual']);
  const isRange = version['lessThan'] !== undefined || version['lessThanOrEqual'] !== undefined;
  const changes = changesOf(version);
  if (!isRange && changes.length === 0) return exactOf(version);
  const ranges: VersionRange[] = [];
  let from = version['status'] === 'affected' ? { at: start } : null;
  for (const change of changes) {
    if (change.affected && from === null) from = { at: change.at };
    else if (!change.affected && from !== null) {
      ranges.push({ ...startOf(from.at), before: change.at });
      from = null;
    }
  }
  if (from !== null) {
    ranges.push({
      ...startOf(from.at),
      ...(through === undefined ? {} : { through }),
      ...(before === undefined ? {} : { before }),
    });
  }
  return ranges;
};

const exactOf = (version: JsonObject): readonly VersionRange[] => {
  if (version['status'] !== 'affected') return [];
  const exact = textOf(version['version']) ?? '';
  // `0` alone is a version; as a bound it is none.
  return isUnbounded(exact) && exact !== '0' ? [{}] : [{ exact }];
};

const longestUnbounded = Math.max(...[...unbounded].map((word) => word.length));
/** isUnbounded tells whether a text stands where a version should but bounds nothing. */
export const isUnbounded = (text: string): boolean =>
  text.length <= longestUnbounded && unbounded.has(text.toLowerCase());

const startOf = (at: string | undefined): VersionRange => (at === undefined ? {} : { from: at });

const lowerBound = (value: unknown): string | undefined => {
  const text = textOf(value);
  return text === null || isUnbounded(text) ? undefined : text;
};

/** `0` is a real upper bound in no scheme, but a real version in some; only an exact entry keeps it. */
const upperBound = lowerBound;

const fixedFrom = (version: JsonObject): string | null => {
  const open = upperBound(version['lessThan']) === undefined && upperBound(version['lessThanOrEqual']) === undefined;
  const isRange = version['lessThan'] !== undefined || version['lessThanOrEqual'] !== undefined;
  return isRange && open ? (lowerBound(version['version']) ?? null) : null;
};

/** Changes come unsorted in the wild; they are put into the natural order of their versions. */
const changesOf = (version: JsonObject): readonly { at: string; affected: boolean }[] =>
  objectsOf(version['changes'])
    .flatMap((change) => {
      const at = lowerBound(change['at']);
      return at === undefined ? [] : [{ at, affected: change['status'] === 'affected' }];
    })
    .toSorted((a, b) => naturalOrder(a.at, b.at));

/** naturalOrder compares runs of digits as numbers and the rest as text: enough to sort one product's own versions. */
export const naturalOrder = (a: string, b: string): number => {
  const left = a.match(/\d+|\D+/g) ?? [];
  const right = b.match(/\d+|\D+/g) ?? [];
  for (let index = 0; index < Math.max(left.length, right.length); index += 1) {
    const x = left[index] ?? '';
    const y = right[index] ?? '';
    if (x === y) continue;
    const byNumber = Number(x) - Number(y);
    if (x !== '' && y !== '' && Number.isFinite(byNumber) && byNumber !== 0) return byNumber;
    return x < y ? -1 : 1;
  }
  return 0;
};

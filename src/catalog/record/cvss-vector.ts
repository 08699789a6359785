import calculator from 'ae-cvss-calculator';
import type { Metric } from './types.ts';

export type CvssVersion = Metric['version'];
export type Components = Readonly<Record<string, string>>;

interface ComponentTable {
  /** Short name in the vector → name in the CVSS JSON schema and the words of its values. */
  readonly [short: string]: readonly [name: string, values: Readonly<Record<string, string>>];
}

const level = { N: 'NONE', L: 'LOW', H: 'HIGH' };
const v2Impact = { N: 'NONE', P: 'PARTIAL', C: 'COMPLETE' };
const v3Vector = { N: 'NETWORK', A: 'ADJACENT_NETWORK', L: 'LOCAL', P: 'PHYSICAL' };

const v2: ComponentTable = {
  AV: ['accessVector', { N: 'NETWORK', A: 'ADJACENT_NETWORK', L: 'LOCAL' }],
  AC: ['accessComplexity', { H: 'HIGH', M: 'MEDIUM', L: 'LOW' }],
  Au: ['authentication', { M: 'MULTIPLE', S: 'SINGLE', N: 'NONE' }],
  C: ['confidentialityImpact', v2Impact],
  I: ['integrityImpact', v2Impact],
  A: ['availabilityImpact', v2Impact],
};
const v3: ComponentTable = {
  AV: ['attackVector', v3Vector],
  AC: ['attackComplexity', { L: 'LOW', H: 'HIGH' }],
  PR: ['privilegesRequired', level],
  UI: ['userInteraction', { N: 'NONE', R: 'REQUIRED' }],
  S: ['scope', { U: 'UNCHANGED', C: 'CHANGED' }],
  C: ['confidentialityImpact', level],
  I: ['integrityImpact', level],
  A: ['availabilityImpact', level],
};
const v4: ComponentTable = {
  AV: ['attackVector', { N: 'NETWORK', A: 'ADJACENT', L: 'LOCAL', P: 'PHYSICAL' }],
  AC: ['attackComplexity', { L: 'LOW', H: 'HIGH' }],
  AT: ['attackRequirements', { N: 'NONE', P: 'PRESENT' }],
  PR: ['privilegesRequired', level],
  UI: ['userInteraction', { N: 'NONE', P: 'PASSIVE', A: 'ACTIVE' }],
  VC: ['vulnConfidentialityImpact', level],
  VI: ['vulnIntegrityImpact', level],
  VA: ['vulnAvailabilityImpact', level],
  SC: ['subConfidentialityImpact', level],
  SI: ['subIntegrityImpact', level],
  SA: ['subAvailabilityImpact', level],
};
const tables: Record<CvssVersion, ComponentTable> = { '2.0': v2, '3.0': v3, '3.1': v3, '4.0': v4 };

export interface CvssVector {
  readonly version: CvssVersion;
  /** Without the brackets and prefixes that v2 vectors sometimes carry. */
  readonly text: string;
  readonly components: Components;
}

/** versionOfVector tells the version a vector names; a vector without a prefix is a v2 one. */
export const versionOfVector = (vector: string): CvssVersion | null => {
  const named = /^CVSS:(3\.0|3\.1|4\.0)\//.exec(vector)?.[1];
  if (named === '3.0' || named === '3.1' || named === '4.0') return named;
  return vector.startsWith('AV:') ? '2.0' : null;
};

/** readVector returns the vector's base components, or null when it is not a vector with every base component once. */
export const readVector = (text: string): CvssVector | null => {
  const vector = text
    .trim()
    .replace(/^CVSS2#|^CVSS:2\.0\//, '')
    .replace(/^\((.*)\)$/, '$1');
  const version = versionOfVector(vector);
  if (version === null || vector.length > 512) return null;
  const table = tables[version];
  const components: Record<string, string> = {};
  let seen = 0;
  for (const part of vector.split('/')) {
    const colon = part.indexOf(':');
    const known = ownValue(table, part.slice(0, colon));
    if (known === undefined) continue;
    const value = ownValue(known[1], part.slice(colon + 1));
    if (value === undefined || known[0] in components) return null;
    components[known[0]] = value;
    seen += 1;
  }
  return seen === Object.keys(table).length ? { version, text: vector, components } : null;
};

/** A vector may say `constructor:x`; only the table's own entries count. */
const ownValue = <T>(table: Readonly<Record<string, T>>, key: string): T | undefined =>
  Object.hasOwn(table, key) ? table[key] : undefined;

/** componentNames lists the base components of a version by their JSON schema names. */
export const componentNames = (version: CvssVersion): readonly string[] =>
  Object.values(tables[version]).map(([name]) => name);

/** baseScoreOf calculates the base score of a vector that `readVector` accepted; null when the calculator refuses it. */
export const baseScoreOf = (vector: CvssVector): number | null => {
  try {
    const score = calculate(vector);
    return score !== undefined && Number.isFinite(score) ? score : null;
  } catch {
    // The calculator throws on optional components that it does not know; the metric then has no score.
    return null;
  }
};

const calculate = ({ version, text }: CvssVector): number | undefined => {
  switch (version) {
    case '2.0':
      return new calculator.Cvss2(text).calculateScores().base;
    case '3.0':
      return new calculator.Cvss3P0(text).calculateScores().base;
    case '3.1':
      return new calculator.Cvss3P1(text).calculateScores().base;
    case '4.0':
      // Threat and environmental components must not move a base score.
      return new calculator.Cvss4P0(
        `CVSS:4.0/${text
          .split('/')
          .filter((part) => (part.split(':')[0] ?? '') in v4)
          .join('/')}`,
      ).calculateScores().base;
  }
};

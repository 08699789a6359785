import type { Expression, Severity } from '../catalog/index.ts';
import { boundsOf, type Comparison } from './bounds.ts';
import { dateOf, spanOf } from './dates.ts';
import type { Operator } from './types.ts';

/** A condition as it came out, or what is wrong with its value, as a phrase that follows "must be". */
export type FieldOutcome = Expression | { readonly kind: 'refused'; readonly constraint: string };

/** One field of the language. Negated operators never reach it: the caller turns `!=` into "not =". */
export interface Field {
  readonly operators: readonly Operator[];
  compile(operator: Exclude<Operator, '!=' | '!:'>, value: string, nowMs: number): FieldOutcome;
}

const matching: readonly Operator[] = [':', '=', '!=', '!:'];
const comparing: readonly Operator[] = ['>', '>=', '<', '<=', '=', '!='];
const never: Expression = { kind: 'any', of: [] };
const refused = (constraint: string): FieldOutcome => ({ kind: 'refused', constraint });

const shortestPiece = 3;

const text = (field: 'title' | 'description'): Field => ({
  operators: matching,
  compile: (operator, value) => {
    if (operator === '=') return { kind: 'text', field, text: value, match: 'exact' };
    if (value.length < shortestPiece) return refused(`at least ${shortestPiece} characters`);
    return { kind: 'text', field, text: value, match: 'contains' };
  },
});

const isComparison = (operator: Operator): operator is Comparison => comparing.includes(operator) && operator !== '!=';

/** A number without sign or exponent. */
const numberOf = (value: string): number => (/^\d{1,9}(\.\d{1,9})?$/.test(value) ? Number(value) : Number.NaN);

const cvss = (version: Extract<Expression, { kind: 'cvss' }>['version']): Field => ({
  operators: comparing,
  compile: (operator, value) => {
    const score = numberOf(value);
    if (!isComparison(operator) || !(score <= 10)) return refused('a number from 0 to 10');
    const bounds = boundsOf(operator, score, { steps: 10, maximum: 10 });
    return bounds === null ? never : { kind: 'cvss', version, ...bounds };
  },
});

const epss: Field = {
  operators: comparing,
  compile: (operator, value) => {
    const isPercent = value.endsWith('%');
    const given = numberOf(isPercent ? value.slice(0, -1) : value);
    const score = isPercent || given > 1 ? given / 100 : given;
    if (!isComparison(operator) || !(score <= 1)) return refused('a score from 0 to 1, or a percentage up to 100');
    const bounds = boundsOf(operator, score, { steps: 100_000, maximum: 1 });
    return bounds === null ? never : { kind: 'epss', ...bounds };
  },
};

const date = (kind: 'published' | 'modified'): Field => ({
  operators: comparing,
  compile: (operator, value, nowMs) => {
    const given = dateOf(value, nowMs);
    if (!isComparison(operator) || given === null)
      return refused('a date such as 2024-05-01, or an age such as 30d, 2w, 3m, 1y');
    return { kind, ...spanOf(operator, given) };
  },
});

const flag = (name: Extract<Expression, { kind: 'flag' }>['flag']): Field => ({
  operators: matching,
  compile: (_operator, value) => {
    const word = value.toLowerCase();
    if (word !== 'true' && word !== 'false') return refused('true or false');
    const set = { kind: 'flag', flag: name } as const;
    return word === 'true' ? set : { kind: 'not', of: set };
  },
});

/** A list of words, separated by commas, each one of `words`. */
const words = <Word extends string>(value: string, known: readonly Word[]): readonly Word[] | null => {
  const given = value.split(',').map((word) => word.trim().toLowerCase());
  const found = given.map((word) => known.find((one) => one === word));
  return found.every((word) => word !== undefined) ? found : null;
};

const severities: readonly Severity[] = ['unknown', 'low', 'medium', 'high', 'critical'];

const severity: Field = {
  operators: [...comparing, ':', '!:'],
  compile: (operator, value) => {
    const given = words(value.replaceAll(/\bnone\b/gi, 'unknown'), severities);
    const [first] = given ?? [];
    if (given === null || first === undefined) return refused(`one of ${severities.toReversed().join(', ')}`);
    if (operator === ':' || operator === '=') return { kind: 'severity', of: given };
    if (given.length > 1) return refused('one severity when it is compared');
    const rank = severities.indexOf(first);
    const of = severities.filter((_, other) => {
      if (operator === '>') return other > rank;
      if (operator === '>=') return other >= rank;
      return operator === '<' ? other < rank : other <= rank;
    });
    return { kind: 'severity', of };
  },
};

const exploitations = ['none', 'poc', 'active'] as const;

const exploitation: Field = {
  operators: matching,
  compile: (_operator, value) => {
    const of = words(value, exploitations);
    return of === null ? refused(`one of ${exploitations.join(', ')}`) : { kind: 'exploitation', of };
  },
};

const state: Field = {
  operators: matching,
  compile: (_operator, value) => {
    const [given, ...more] = words(value, ['published', 'rejected']) ?? [];
    if (given === undefined || more.length > 0) return refused('published or rejected');
    const rejected = { kind: 'flag', flag: 'rejected' } as const;
    return given === 'rejected' ? rejected : { kind: 'not', of: rejected };
  },
};

const weakness: Field = {
  operators: matching,
  compile: (_operator, value) => {
    const digits = /^(?:CWE-)?(\d{1,6})$/i.exec(value)?.[1];
    return digits === undefined ? refused('a CWE id such as CWE-79') : { kind: 'weakness', cwe: Number(digits) };
  },
};

const separator = '$PRODUCT$';

const product: Field = {
  operators: matching,
  compile: (operator, value) => {
    const mark = value.indexOf(separator);
    const vendor = mark < 0 ? null : value.slice(0, mark);
    const name = mark < 0 ? value : value.slice(mark + separator.length);
    // With its vendor a product is named, not looked for.
    const match = operator === ':' && vendor === null ? 'prefix' : 'exact';
    return { kind: 'product', vendor, name, match };
  },
};

/** The fields that say everything themselves, by their names in lower case. */
export const fields: ReadonlyMap<string, Field> = new Map(
  Object.entries<Field>({
    cve: {
      operators: matching,
      compile: (operator, value) => ({ kind: 'id', text: value, match: operator === '=' ? 'exact' : 'contains' }),
    },
    description: text('description'),
    title: text('title'),
    text: { operators: [':', '!:'], compile: (_operator, value) => ({ kind: 'words', text: value }) },
    cwe: weakness,
    cvss: cvss('any'),
    cvss20: cvss('2.0'),
    cvss30: cvss('3.0'),
    cvss31: cvss('3.1'),
    cvss40: cvss('4.0'),
    epss,
    severity,
    kev: flag('kev'),
    ransomware: flag('ransomware'),
    exploit: flag('exploit_known'),
    automatable: flag('automatable'),
    exploitation,
    ssvc: exploitation,
    vendor: {
      operators: matching,
      compile: (_operator, value) => ({ kind: 'vendor', name: value, match: 'exact' }),
    },
    product,
    assigner: { operators: matching, compile: (_operator, value) => ({ kind: 'assigner', name: value }) },
    state,
    created: date('published'),
    updated: date('modified'),
  }),
);

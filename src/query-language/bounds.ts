import type { Operator } from './types.ts';

/** Bounds as the catalogue takes them: included. Absent is open. */
export interface Bounds {
  readonly min?: number;
  readonly max?: number;
}

/** Comparisons of numbers and dates. */
export type Comparison = Extract<Operator, '>' | '>=' | '<' | '<=' | '='>;

/** Floating point makes 0.29 × 100,000 a hair less than 29,000; a millionth of a step is nobody's intent. */
const inSteps = (value: number, steps: number): number => Number((value * steps).toFixed(6));

/**
 * boundsOf turns a comparison into included bounds for values that are whole numbers of 1/`steps` from 0 to `maximum`.
 * Null when no such value fulfils it.
 */
export const boundsOf = (
  comparison: Comparison,
  value: number,
  { steps, maximum }: { readonly steps: number; readonly maximum: number },
): Bounds | null => {
  const given = inSteps(value, steps);
  const highest = maximum * steps;
  const min = (step: number): Bounds | null => (step > highest ? null : { min: Math.max(0, step) / steps });
  const max = (step: number): Bounds | null => (step < 0 ? null : { max: Math.min(highest, step) / steps });
  switch (comparison) {
    case '>':
      return min(Math.floor(given) + 1);
    case '>=':
      return min(Math.ceil(given));
    case '<':
      return max(Math.ceil(given) - 1);
    case '<=':
      return max(Math.floor(given));
    case '=':
      return Number.isInteger(given) && given >= 0 && given <= highest
        ? { min: given / steps, max: given / steps }
        : null;
  }
};

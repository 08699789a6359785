import { highWeaknesses } from './weakness-names-from-400.ts';
import { lowWeaknesses } from './weakness-names-to-399.ts';

const facts = new Map(
  [...lowWeaknesses, ...highWeaknesses].map(([cwe, name, description]) => [cwe, { name, description }]),
);

/** weaknessFact tells what a weakness is officially called, without its number, and what it means, in a sentence of our own; null for one that is not in the table. */
export const weaknessFact = (cwe: number): { readonly name: string; readonly description: string } | null =>
  facts.get(cwe) ?? null;

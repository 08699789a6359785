import { highWeaknesses } from './weakness-names-from-400.ts';
import { lowWeaknesses } from './weakness-names-to-399.ts';

/** What a weakness is officially called, without its number, and what that means, in a sentence of our own. */
export interface WeaknessFact {
  readonly name: string;
  readonly description: string;
}

const facts = new Map<number, WeaknessFact>();
for (const line of `${lowWeaknesses}${highWeaknesses}`.split('\n')) {
  const [cwe, name, description] = line.split('|');
  if (name !== undefined && description !== undefined) facts.set(Number(cwe), { name, description });
}

/** weaknessFact looks in the table of the weaknesses that records name most; null for any other. */
export const weaknessFact = (cwe: number): WeaknessFact | null => facts.get(cwe) ?? null;

import type { Level } from '../kernel/caller.ts';
import type { Operation } from './operation.ts';

/** Rights of a credential: resource → level. */
type Scopes = Readonly<Record<string, 'none' | Level>>;

const ranks = { none: 0, read: 1, write: 2 } as const;

const namesResources = (scopes: Scopes): boolean => {
  for (const name in scopes) if (name !== '*') return true;
  return false;
};

/**
 * levelOf returns what the scopes give on a resource. `'*'` alone stands for every resource; beside named resources it is
 * the most that they give (the access mode of organisation tokens), and gives nothing by itself.
 */
const levelOf = (scopes: Scopes, resource: string): 'none' | Level => {
  const every = scopes['*'];
  const own = scopes[resource];
  if (own === undefined) return every === undefined || namesResources(scopes) ? 'none' : every;
  return every !== undefined && ranks[every] < ranks[own] ? every : own;
};

/** isPermitted says whether scopes allow an operation. One without a resource is refused to everyone (fail closed). */
export const isPermitted = (operation: Pick<Operation, 'resource' | 'level'>, scopes: Scopes): boolean =>
  operation.resource !== null && ranks[levelOf(scopes, operation.resource)] >= ranks[operation.level];

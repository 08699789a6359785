import { fail } from '../../kernel/index.ts';
import type { Scopes } from './rule.ts';

/**
 * fullAccess is for families whose documentation knows no scopes: everything, unless the operator narrows it.
 * Throws `request.invalid_parameter` for names that no resource can have.
 */
export const fullAccess = (given: Scopes | undefined): Scopes => {
  if (given === undefined) return { '*': 'write' };
  for (const name of Object.keys(given)) {
    if (!/^(?:[a-z_]{1,40}|\*)$/.test(name)) {
      throw fail('request.invalid_parameter', { message: `No such resource: ${JSON.stringify(name)}` });
    }
  }
  return given;
};

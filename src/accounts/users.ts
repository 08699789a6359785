import { AppError, fail, newId } from '../kernel/index.ts';
import type { AccountsDeps } from './deps.ts';
import { findUserByEmail, insertUser, type UserRow } from './store.ts';

export interface User {
  readonly id: string;
  readonly email: string;
  readonly name: string;
  readonly state: 'active' | 'disabled';
  readonly createdAtMs: number;
}

/** normalEmail is the form that addresses are stored and compared in. Throws `request.invalid_parameter`. */
export const normalEmail = (email: string): string => {
  const normal = email.trim().toLowerCase();
  // eslint-disable-next-line no-control-regex -- control characters are exactly what an address must not have
  if (normal.length > 254 || !/^[^\s@"<>\u0000-\u001f]+@[^\s@"<>\u0000-\u001f]+$/.test(normal)) {
    throw fail('request.invalid_parameter', { message: `Not an e-mail address: ${JSON.stringify(email)}` });
  }
  return normal;
};

const userOf = (row: UserRow): User => ({
  id: row.id,
  email: row.email,
  name: row.name,
  state: row.state,
  createdAtMs: row.created_at_ms,
});

export const userVerbs = ({ control, clock, random }: AccountsDeps) => ({
  /** createUser throws `account.email_taken` when the address is in use. */
  create: async (input: { readonly email: string; readonly name?: string }): Promise<User> => {
    const email = normalEmail(input.email);
    const name = (input.name ?? email.slice(0, email.lastIndexOf('@'))).trim();
    // eslint-disable-next-line no-control-regex -- control characters are exactly what a name must not have
    if (name.length > 200 || /[\u0000-\u001f\u007f]/.test(name)) {
      throw fail('request.invalid_parameter', {
        message: 'A name has at most 200 characters and no control characters',
      });
    }
    const row: UserRow = { id: newId(random, 'usr'), email, name, state: 'active', created_at_ms: clock.nowMs() };
    try {
      await insertUser(control.db, row);
    } catch (error) {
      if (error instanceof AppError && error.code === 'storage.unique') {
        throw fail('account.email_taken', { message: `The address ${email} is in use`, cause: error });
      }
      throw error;
    }
    return userOf(row);
  },
  findByEmail: async (email: string): Promise<User | null> => {
    const row = await findUserByEmail(control.db, normalEmail(email));
    return row === undefined ? null : userOf(row);
  },
});

import type { AccountsDeps } from './deps.ts';
import { subscriptionVerbs } from './subscriptions.ts';
import { userVerbs } from './users.ts';

export interface Accounts {
  readonly users: ReturnType<typeof userVerbs>;
  readonly subscriptions: ReturnType<typeof subscriptionVerbs>;
}

export const createAccounts = (deps: AccountsDeps): Accounts => ({
  users: userVerbs(deps),
  subscriptions: subscriptionVerbs(deps),
});

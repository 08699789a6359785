/**
 * Accounts: people and what they have agreed to. It owns users and subscriptions, and turns a subscription's tier,
 * status and dates into terms and a standing.
 *
 * Invariants: an e-mail address is stored once, in lower case; every change of a subscription moves its owner's fence in
 * the same transaction; a standing holds times, so that the end of a period or of a grace needs no event.
 *
 * It does not know credentials, and it charges nothing: the ledger's side of a change comes through `deps.meters`.
 * Fails with `account.…` and `subscription.…` codes.
 */
export { createAccounts, type Accounts } from './accounts.ts';
export type { AccountsDeps } from './deps.ts';
export type { Standing, StandingRefusal } from './standing.ts';
export type { NewSubscription, Subscription, SubscriptionChange, SubscriptionStatus } from './subscriptions.ts';
export type { User } from './users.ts';

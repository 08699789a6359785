/**
 * Billing: what a payment provider tells about subscriptions, turned into plans and tiers here. It owns the record of the
 * provider's events and which object of theirs stands for which of ours; it calls the verbs of accounts for the effect.
 *
 * Invariants: an event counts only with a valid signature over the raw body; it takes effect once, in the transaction that
 * records it; what results does not depend on the order in which events arrive, because the state is derived from all of
 * them in the order of their making; an event that changes nothing of that touches nothing, so it undoes no decision of
 * the operator; an event for somebody unknown is recorded and may be sent again.
 *
 * It never calls the provider. It throws `billing.unsigned`, `request.malformed`, and `request.route_unknown` when there is
 * no billing.
 */
export { createBilling, type Billing, type BillingDeps, type BillingOutcome } from './billing.ts';

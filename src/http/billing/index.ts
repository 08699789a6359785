/**
 * Billing: where the payment provider tells what happened. It hands the raw body and its signature on and answers that it
 * arrived; what an event means is the billing module's.
 *
 * Invariants: the body reaches the check of its signature byte by byte; without a configured secret the path does not exist;
 * an event that could not be applied is answered with a fault, so that it is sent again.
 *
 * Fails with `billing.unsigned` and `request.route_unknown`, as `{error: {code, message, help}}`.
 */
import { billingOperations } from '../../contract/index.ts';
import { codeEnvelope } from '../code-envelope.ts';
import { jsonAnswer } from '../json.ts';
import type { Answer, Exchange, Surface } from '../surface.ts';

/** What this surface needs of the billing module. Throws `billing.unsigned`, and `request.route_unknown` without a secret. */
export interface BillingVerbs {
  handleStripeEvent(body: string, signature: string): Promise<unknown>;
}

/** createBilling builds the surface. */
export const createBilling = (billing: BillingVerbs): Surface => {
  const receive = async (exchange: Exchange): Promise<Answer> => {
    const signature = exchange.request.headers['stripe-signature'];
    await billing.handleStripeEvent(exchange.body ?? '', typeof signature === 'string' ? signature : '');
    return jsonAnswer(200, { received: true });
  };
  return {
    name: 'billing',
    prefixes: ['/api/billing'],
    operations: billingOperations,
    handlers: { 'billing.stripe.event': receive },
    present: () => ({ kind: 'none' }),
    fail: codeEnvelope(null),
  };
};

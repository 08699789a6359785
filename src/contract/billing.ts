import { z } from 'zod';
import type { Operation } from './operation.ts';

/** Where the payment provider tells what happened to subscriptions. */
export const billingOperations: readonly Operation[] = [
  {
    id: 'billing.stripe.event',
    surface: 'billing',
    method: 'POST',
    path: '/api/billing/stripe',
    summary: 'An event of Stripe',
    description: 'The raw body is signed with the configured secret. Each event takes effect once, in any order.',
    families: [],
    resource: null,
    level: 'write',
    priceMillicredits: 0,
    rateClass: 'none',
    body: z.looseObject({ id: z.string() }),
    // An event holds the whole object that it is about, with every line of an invoice.
    bodyBytesMax: 512 * 1024,
    response: z.object({ received: z.literal(true) }),
    errors: ['billing.unsigned', 'request.route_unknown'],
  },
];

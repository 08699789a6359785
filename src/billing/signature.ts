import { fail, type Secret } from '../kernel/index.ts';

/** How old a signed event may be: Stripe signs anew for every attempt at a delivery. */
const toleranceSeconds = 300;

/**
 * verifiedEvent checks the signature over the raw body and returns the event. The provider's library is loaded when the
 * first event comes: most installations have no billing. Throws `billing.unsigned` and `request.malformed`.
 */
export const verifiedEvent = async (call: {
  readonly rawBody: Uint8Array | string;
  readonly signature: string | undefined;
  readonly secret: Secret<string>;
  readonly nowMs: number;
}): Promise<unknown> => {
  const { Stripe } = await import('stripe');
  const { rawBody, signature, secret, nowMs } = call;
  try {
    const { webhooks } = Stripe;
    return webhooks.constructEvent(rawBody, signature ?? '', secret.reveal(), toleranceSeconds, undefined, nowMs);
  } catch (error) {
    if (error instanceof SyntaxError) throw fail('request.malformed', { message: 'The body is not JSON' });
    throw fail('billing.unsigned', { internal: error instanceof Error ? error.name : 'unknown' });
  }
};

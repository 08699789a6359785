import { fail, type Clock } from '../kernel/index.ts';

/** Addresses remembered at once; when there are more, the oldest are forgotten first. */
const addressesMax = 20_000;

/**
 * createAddressLimit counts what one client address asks for without a credential. `take` throws `request.limited` when it
 * has had `limit` in the window. One process counts for itself: it is a brake, not a quota.
 */
export const createAddressLimit = (
  clock: Clock,
  { limit, windowMs }: { readonly limit: number; readonly windowMs: number },
): { take(address: string): void } => {
  const seen = new Map<string, { startMs: number; count: number }>();
  return {
    take: (address) => {
      const nowMs = clock.monotonicMs();
      const known = seen.get(address);
      if (known === undefined || nowMs - known.startMs >= windowMs) {
        seen.delete(address);
        if (seen.size >= addressesMax) {
          const oldest = seen.keys().next();
          if (oldest.done !== true) seen.delete(oldest.value);
        }
        seen.set(address, { startMs: nowMs, count: 1 });
        return;
      }
      if (known.count >= limit) {
        const seconds = Math.max(1, Math.ceil((known.startMs + windowMs - nowMs) / 1000));
        throw fail('request.limited', { detail: { retry_after: seconds } });
      }
      known.count += 1;
    },
  };
};

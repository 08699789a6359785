import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Bought } from '../config/index.ts';
import { bestState, deriveState } from './derived-state.ts';
import { providerStatuses, type Notice, type RecordedEvent } from './notice.ts';

// Risk: the mail of the post office decides who has access: what comes late undoes what came first.

const prices = new Map<string, Bought>([
  ['price_plus', { kind: 'subscription', tier: 'plus' }],
  ['price_pro', { kind: 'subscription', tier: 'pro' }],
]);

const time = fc.integer({ min: 0, max: 20 }).map((n) => n * 1000);
const notice: fc.Arbitrary<Notice> = fc.oneof(
  fc.record({
    kind: fc.constant('snapshot' as const),
    status: fc.constantFrom(...providerStatuses),
    prices: fc.constantFrom(['price_plus'], ['price_pro'], ['price_unknown']),
    startedAtMs: fc.constant(0),
    periodEndMs: fc.option(time),
    cancelAtMs: fc.option(time),
    endedAtMs: fc.option(time),
    holder: fc.constant(null),
  }),
  fc.constant({ kind: 'paid' as const }),
  fc.constant({ kind: 'payment_failed' as const }),
);
const events: fc.Arbitrary<RecordedEvent[]> = fc.uniqueArray(
  fc.record({ id: fc.string({ minLength: 1, maxLength: 8 }), atMs: time, notice }),
  { selector: ({ id }) => id, maxLength: 12 },
);

test('the order of arrival does not matter', () => {
  fc.assert(
    fc.property(
      events.chain((all) => fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length }))),
      ([all, shuffled]) => {
        expect(deriveState(shuffled, prices)).toEqual(deriveState(all, prices));
      },
    ),
    { numRuns: 2000 },
  );
});

test('access that is overdue knows since when, and cancelled access when it ends', () => {
  fc.assert(
    fc.property(events, (all) => {
      const state = deriveState(all, prices);
      if (state?.status === 'past_due') expect(state.pastDueSinceMs).not.toBeNull();
      else if (state !== null) expect(state.pastDueSinceMs).toBeNull();
      if (state?.status === 'cancelled') expect(state.periodEndMs).not.toBeNull();
    }),
    { numRuns: 2000 },
  );
});

test('of several that stand for one, the order does not matter, and one with access is chosen', () => {
  const state = events.map((all) => deriveState(all, prices)).filter((each) => each !== null);
  fc.assert(
    fc.property(fc.array(state, { maxLength: 5 }), (states) => {
      const best = bestState(states);
      expect(best).toEqual(bestState(states.toReversed()));
      if (states.some(({ status }) => status === 'active')) expect(best?.status).toBe('active');
    }),
    { numRuns: 5000 },
  );
});

/** Risk: a subscription works longer, or shorter, than was agreed. */
import { describe, expect, it } from 'vitest';
import { documentedTiers } from '../config/index.ts';
import { normalEmail } from './email-address.ts';
import type { Standing } from './standing.ts';
import type { SubscriptionRow } from './store/subscription-store.ts';
import { standingOf, termsOf } from './subscription-terms.ts';

const nowMs = Date.UTC(2026, 0, 15);
const graceMs = 72 * 3_600_000;

const standing = (row: Partial<SubscriptionRow & { user_state: 'active' | 'disabled' }> = {}): Standing =>
  standingOf(
    {
      id: 'sub_test',
      user_id: 'usr_test',
      tier: 'plus',
      status: 'active',
      started_at_ms: 0,
      period_end_ms: null,
      past_due_since_ms: null,
      credits_millicredits: null,
      created_at_ms: 0,
      updated_at_ms: 0,
      user_state: 'active',
      ...row,
    },
    documentedTiers,
    graceMs,
  );

const refusalAt = ({ refusals }: Standing, atMs: number): string | null =>
  refusals.find(({ fromMs }) => atMs >= fromMs)?.code ?? null;

describe('standing', () => {
  it('of an active subscription never ends', () => {
    expect(refusalAt(standing({ period_end_ms: 1 }), Number.MAX_SAFE_INTEGER)).toBeNull();
  });

  it('of a cancelled one ends with its period, to the millisecond', () => {
    const cancelled = standing({ status: 'cancelled', period_end_ms: nowMs });
    expect(refusalAt(cancelled, nowMs - 1)).toBeNull();
    expect(refusalAt(cancelled, nowMs)).toBe('plan.ended');
    expect(refusalAt(standing({ status: 'cancelled' }), 0)).toBe('plan.ended');
  });

  it('of one past due ends 72 hours after the failed payment, to the millisecond', () => {
    const overdue = standing({ status: 'past_due', past_due_since_ms: nowMs });
    expect(refusalAt(overdue, nowMs + graceMs - 1)).toBeNull();
    expect(refusalAt(overdue, nowMs + graceMs)).toBe('plan.past_due');
    expect(refusalAt(standing({ status: 'past_due' }), 0)).toBe('plan.past_due');
  });

  it('of an expired one has ended, whatever its dates say', () => {
    expect(refusalAt(standing({ status: 'expired', period_end_ms: nowMs + 1 }), 0)).toBe('plan.expired');
  });

  it('of a disabled owner is refused first', () => {
    expect(refusalAt(standing({ status: 'expired', user_state: 'disabled' }), 0)).toBe('owner.disabled');
    expect(refusalAt(standing({ user_state: 'disabled' }), 0)).toBe('owner.disabled');
  });
});

describe('termsOf', () => {
  const row = { tier: 'free', started_at_ms: nowMs, credits_millicredits: null } as SubscriptionRow;

  it('takes credits and rate of the tier, and its own credits where it has some', () => {
    expect(termsOf(row, documentedTiers)).toEqual({
      planName: 'CyberSecFeed Free',
      creditLimitMillicredits: 1_000_000,
      rate: { limit: 5, windowMs: 60_000 },
      periodAnchorMs: nowMs,
    });
    expect(termsOf({ ...row, credits_millicredits: 0 }, documentedTiers).creditLimitMillicredits).toBe(0);
    expect(termsOf({ ...row, tier: 'enterprise' }, documentedTiers)).toMatchObject({
      creditLimitMillicredits: null,
      rate: null,
    });
  });

  it('fails for a tier that the configuration does not have', () => {
    expect(() => termsOf({ ...row, tier: 'gold' }, documentedTiers)).toThrow();
  });
});

describe('normalEmail', () => {
  it.each([
    ['Ada@Example.ORG', 'ada@example.org'],
    ['  ada@example.org\n', 'ada@example.org'],
    ["o'brien+cve@sub.example.co.uk", "o'brien+cve@sub.example.co.uk"],
    ['ÄDA@exämple.org', 'äda@exämple.org'],
    [`${'a'.repeat(240)}@example.org`, `${'a'.repeat(240)}@example.org`],
  ])('writes %j as %j', (given, expected) => {
    expect(normalEmail(given)).toBe(expected);
    expect(normalEmail(normalEmail(given))).toBe(expected);
  });

  it.each([
    '',
    ' ',
    'ada',
    '@example.org',
    'ada@',
    'a@b@c',
    'a b@c',
    'a@b c',
    '<a@b>',
    '"a"@b',
    'a\u0000@b',
    'a@b\u0000c',
    `${'a'.repeat(250)}@b.org`,
  ])('refuses %j', (given) => {
    expect(() => normalEmail(given)).toThrow(expect.objectContaining({ code: 'request.invalid_parameter' }));
  });
});

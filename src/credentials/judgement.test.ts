/** Risk: a credential is let in although a rule forbids it, or the answer names a later rule than the first that fails. */
import { describe, expect, it } from 'vitest';
import { termsOf } from '../../test/support/actors.ts';
import { judge, stateAt, type OwnerStanding } from './judgement.ts';
import type { CredentialRow } from './store.ts';

const nowMs = Date.UTC(2026, 0, 15);

const rowOf = (row: Partial<CredentialRow> = {}): CredentialRow => ({
  id: 'crd_test',
  family: 'subscription-key',
  owner_id: 'sub_test',
  name: 'key',
  lookup: '',
  salt: '',
  digest: '',
  pepper_version: 1,
  masked: '',
  state: 'active',
  expires_at_ms: null,
  overlap_until_ms: null,
  successor_id: null,
  allowed_addresses: '[]',
  scopes: '{}',
  created_at_ms: 0,
  state_changed_at_ms: 0,
  description: '',
  created_by: '',
  ended_by: '',
  is_mcp_enabled: 0,
  ...row,
});

const good: OwnerStanding = { terms: termsOf(), refusals: [] };
const bad: OwnerStanding = { terms: termsOf(), refusals: [{ code: 'owner.disabled', fromMs: 0 }] };
const anywhere = (): boolean => true;
const nowhere = (): boolean => false;

const judged = (row: Partial<CredentialRow>, standing = good, from = anywhere) =>
  judge(rowOf(row), standing, from, nowMs, '203.0.113.9');

describe('judge', () => {
  it('says yes when nothing is against it', () => {
    expect(judged({})).toBeNull();
  });

  // Everything at once, then one rule fewer in each line: the first of the rest decides.
  it.each([
    ['credential.revoked', { state: 'revoked', expires_at_ms: nowMs }, bad, nowhere],
    ['credential.revoked', { state: 'rotated', overlap_until_ms: nowMs, expires_at_ms: nowMs }, bad, nowhere],
    ['credential.revoked', { state: 'rotated', expires_at_ms: nowMs }, bad, nowhere],
    ['credential.expired', { state: 'rotated', overlap_until_ms: nowMs + 1, expires_at_ms: nowMs }, bad, nowhere],
    ['credential.expired', { state: 'suspended', expires_at_ms: nowMs }, bad, nowhere],
    ['credential.suspended', { state: 'suspended', expires_at_ms: nowMs + 1 }, bad, nowhere],
    ['owner.disabled', { state: 'rotated', overlap_until_ms: nowMs + 1 }, bad, nowhere],
    ['owner.disabled', { state: 'active' }, bad, nowhere],
    ['credential.address_refused', { state: 'active' }, good, nowhere],
  ] as const)('answers %s first for %o', (code, row, standing, from) => {
    expect(judged(row, standing, from)).toBe(code);
  });

  it('takes the owner’s first refusal that has begun', () => {
    const standing: OwnerStanding = {
      terms: termsOf(),
      refusals: [
        { code: 'plan.ended', fromMs: nowMs + 1 },
        { code: 'plan.past_due', fromMs: nowMs },
      ],
    };
    expect(judged({}, standing)).toBe('plan.past_due');
    expect(judge(rowOf(), standing, anywhere, nowMs - 1, '')).toBeNull();
    expect(judge(rowOf(), standing, anywhere, nowMs + 1, '')).toBe('plan.ended');
  });

  it('ends a credential and an overlap at their millisecond', () => {
    const expiring = rowOf({ expires_at_ms: nowMs });
    expect(judge(expiring, good, anywhere, nowMs - 1, '')).toBeNull();
    expect(judge(expiring, good, anywhere, nowMs, '')).toBe('credential.expired');
    const rotated = rowOf({ state: 'rotated', overlap_until_ms: nowMs });
    expect(judge(rotated, good, anywhere, nowMs - 1, '')).toBeNull();
    expect(judge(rotated, good, anywhere, nowMs, '')).toBe('credential.revoked');
  });
});

describe('stateAt', () => {
  it.each([
    [{ state: 'active' }, 'active'],
    [{ state: 'active', expires_at_ms: nowMs }, 'expired'],
    [{ state: 'suspended' }, 'suspended'],
    [{ state: 'suspended', expires_at_ms: nowMs }, 'expired'],
    [{ state: 'rotated', expires_at_ms: nowMs }, 'rotated'],
    [{ state: 'revoked', expires_at_ms: nowMs }, 'revoked'],
  ] as const)('shows %o as %s', (row, state) => {
    expect(stateAt(rowOf(row), nowMs)).toBe(state);
  });
});

/** Risk: passwords guessed without end, or people locked out by those who guess. */
import { describe, expect, it } from 'vitest';
import { ManualClock } from '../kernel/index.ts';
import { createBasicGate, type PasswordVerbs } from './basic-gate.ts';

const right = 'orange-tiger-42-lamp';

const open = () => {
  const clock = new ManualClock(0);
  const known = new Set<string>();
  let digests = 0;
  const person = (email: string) =>
    ({ kind: 'verified', userId: email, email, name: email, isAdministrator: false }) as const;
  const passwords: PasswordVerbs = {
    recall: async ({ email, password }) =>
      password === right && known.has(email) ? person(email) : { kind: 'refused' },
    verify: async ({ email, password }) => {
      digests += 1;
      if (password !== right) return { kind: 'refused' };
      known.add(email);
      return person(email);
    },
  };
  const gate = createBasicGate(clock, passwords);
  const check = async (email: string, password: string, address = '203.0.113.1') => {
    const outcome = await gate.check({ email, password, address });
    return outcome.kind === 'refused' ? outcome.code : outcome.email;
  };
  return { clock, check, digests: () => digests };
};

describe('HTTP Basic', () => {
  it('gives an account ten wrong tries, from wherever they come, and not one digest more', async () => {
    const { check, clock, digests } = open();
    const tries = Array.from({ length: 15 }, (_, index) => check('Ada', 'wrong', `203.0.113.${index}`));
    expect((await Promise.all(tries)).filter((code) => code === 'credential.password_refused')).toHaveLength(10);
    expect(digests()).toBe(10);
    expect(await check(' ada ', right)).toBe('request.limited');
    expect(await check('bob', right)).toBe('bob');
    clock.advance(15 * 60_000);
    expect(await check('ada', right)).toBe('ada');
  });

  it('gives an address thirty wrong tries, for whichever accounts', async () => {
    const { check } = open();
    const tries = Array.from({ length: 40 }, (_, index) => check(`person-${index}`, 'wrong'));
    expect((await Promise.all(tries)).filter((code) => code === 'request.limited')).toHaveLength(10);
    expect(await check('bob', right)).toBe('request.limited');
    expect(await check('bob', right, '203.0.113.2')).toBe('bob');
  });

  it('lets in who was in before, however much others guess', async () => {
    const { check } = open();
    expect(await check('ada', right)).toBe('ada');
    for (let index = 0; index < 12; index += 1) await check('ada', 'wrong', `198.51.100.${index}`);
    expect(await check('ada', 'wrong')).toBe('request.limited');
    expect(await check('ada', right)).toBe('ada');
  });

  it('does not count what was right', async () => {
    const { check } = open();
    for (let index = 0; index < 40; index += 1) expect(await check(`person-${index}`, right)).toBe(`person-${index}`);
  });
});

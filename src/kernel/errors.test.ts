/** Risk: internal text of a failure reaches the caller, or a failure loses its code on the way. */
import { describe, expect, it } from 'vitest';
import { AppError, asAppError, createLog, errorCatalogue, fail, ManualClock } from './index.ts';

describe('fail', () => {
  it('has the title of its code as message unless one is given', () => {
    expect(fail('plan.expired').message).toBe('Subscription expired');
    expect(fail('plan.expired', { message: 'since May' })).toMatchObject({
      message: 'since May',
      code: 'plan.expired',
    });
    expect(fail('plan.expired').entry).toBe(errorCatalogue['plan.expired']);
  });

  it('keeps the internal text out of the message', () => {
    const error = fail('storage.unavailable', { internal: 'password wrong', cause: new Error('deep') });
    expect(error.message).not.toContain('password');
    expect(String(error)).not.toContain('password');
    expect([error.internal, error.cause]).toEqual(['password wrong', new Error('deep')]);
  });
});

describe('asAppError', () => {
  it('passes failures of the catalogue unchanged', () => {
    const error = fail('storage.busy');
    expect(asAppError(error)).toBe(error);
  });

  it.each([new TypeError('secret detail'), 'secret detail', null, { code: 'plan.expired' }])(
    'gives anything else a fixed public text',
    (thrown) => {
      const error = asAppError(thrown);
      expect(error).toBeInstanceOf(AppError);
      expect([error.code, error.message]).toEqual(['internal.unexpected', 'An unexpected error occurred']);
      expect(error.internal).toBeTypeOf('string');
    },
  );
});

describe('createLog', () => {
  it('writes lines from its level on, one JSON object each', () => {
    const lines: string[] = [];
    const clock = new ManualClock(Date.UTC(2026, 1, 3));
    const log = createLog({ level: 'warn', nowMs: () => clock.nowMs(), write: (line) => lines.push(line) });
    log.debug('a');
    log.info('b');
    log.warn('c', { count: 12n });
    log.error('d', { error: new RangeError('line\nbreak') });
    expect(lines).toHaveLength(2);
    for (const line of lines) expect(line).toMatch(/^[^\n]+\n$/);
    expect(JSON.parse(lines[0] ?? '')).toEqual({
      time: '2026-02-03T00:00:00.000Z',
      level: 'warn',
      event: 'c',
      count: '12',
    });
    expect(JSON.parse(lines[1] ?? '')).toMatchObject({ error: { name: 'RangeError', message: 'line\nbreak' } });
  });
});

describe('ManualClock', () => {
  it('fires due timers in the order of their times, each at its own time', () => {
    const clock = new ManualClock(1000);
    const fired: string[] = [];
    clock.after(30, () => fired.push(`late ${clock.nowMs()}`));
    clock.after(10, () => {
      fired.push(`early ${clock.nowMs()}`);
      clock.after(5, () => fired.push(`nested ${clock.nowMs()}`));
    });
    const cancel = clock.after(20, () => fired.push('cancelled'));
    cancel();
    clock.advance(29);
    expect(fired).toEqual(['early 1010', 'nested 1015']);
    clock.set(1500);
    expect([fired.at(-1), clock.nowMs()]).toEqual(['late 1030', 1500]);
    clock.set(10);
    expect(clock.nowMs()).toBe(10);
  });
});

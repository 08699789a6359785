/** Risk: a secret that some way of printing turns into text ends up in a log or an answer. */
import { format, inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { createLog, Secret } from './index.ts';

const hidden = 'hunter2-and-more';
const secret = new Secret(hidden);

describe('Secret', () => {
  it('gives its value to reveal only', () => {
    expect(secret.reveal()).toBe(hidden);
    expect(Object.values(secret)).toEqual([]);
    expect(Reflect.ownKeys(secret)).toEqual([]);
  });

  it.each([
    ['JSON', () => JSON.stringify({ secret, list: [secret] })],
    ['a template', () => `${secret}`],
    ['joining texts', () => ['a', secret].join()],
    ['String', () => String(secret)],
    ['inspect', () => inspect(secret, { showHidden: true, depth: 9 })],
    ['inspect of an object that holds it', () => inspect({ deep: { secret } }, { depth: 9 })],
    ['format', () => format('%s %o %j', secret, secret, secret)],
    ['a copy', () => JSON.stringify({ ...secret }) + inspect(structuredClone({ ...secret }))],
    ['an error message', () => new Error(`with ${secret}`).message],
  ])('is not shown by %s', (_, print) => {
    expect(print()).not.toContain(hidden);
  });

  it('prints as *** in the log, also deep inside a field', () => {
    const lines: string[] = [];
    const log = createLog({ level: 'debug', nowMs: () => 0, write: (line) => lines.push(line) });
    log.info('start', { secret, config: { database: { url: secret } }, list: [secret] });
    expect(lines.join('')).not.toContain(hidden);
    expect(JSON.parse(lines[0] ?? '')).toEqual({
      time: '1970-01-01T00:00:00.000Z',
      level: 'info',
      event: 'start',
      secret: '***',
      config: { database: { url: '***' } },
      list: ['***'],
    });
  });
});

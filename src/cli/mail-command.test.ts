import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { loadConfig } from '../config/index.ts';
import { ManualClock, silentLog, systemRandom } from '../kernel/index.ts';
import { openParts } from '../parts.ts';
import { commands, runProgram } from './index.ts';

// Risk: an operator without a mail server cannot find the code that a person waits for.

let folder: string;
beforeAll(() => (folder = mkdtempSync(join(tmpdir(), 'vulngate-mail-'))));
afterAll(() => rmSync(folder, { recursive: true }));

const run = async (...args: readonly string[]): Promise<{ code: number; out: string; err: string }> => {
  let out = '';
  let err = '';
  const host = {
    env: {},
    stdout: { write: (text: string) => void (out += text) },
    stderr: { write: (text: string) => void (err += text) },
    isTty: false,
    clock: new ManualClock(),
    random: systemRandom,
    signal: new AbortController().signal,
    version: '0',
  };
  const code = await runProgram(host, [...args, '--data', folder], commands);
  return { code, out, err };
};

test('lists the outbox and shows a mail with its text', async () => {
  expect(JSON.parse((await run('mail', 'list', '--json')).out)).toEqual({ mails: [] });
  const config = loadConfig({ env: {}, overrides: { data: folder } });
  const parts = await openParts({ config, clock: new ManualClock(), random: systemRandom, log: silentLog });
  await parts.mail.send(parts.control.db, { to: 'ada@example.org', subject: 'Code', text: 'It is 123456.\n' });
  await parts.close();

  const { mails } = JSON.parse((await run('mail', 'list', '--json')).out);
  const row = { id: 1, to: 'ada@example.org', subject: 'Code', created_at: '2026-01-15T12:00:00.000Z', state: 'local' };
  expect(mails).toEqual([row]);
  expect(JSON.parse((await run('mail', 'show', '--id', '1', '--json')).out)).toEqual({
    ...row,
    text: 'It is 123456.\n',
  });
  expect((await run('mail', 'list')).out).toMatch(/1 .*local .*ada@example\.org .*Code/);
});

test('says what it does not find, and how it is used', async () => {
  expect(await run('mail', 'show', '--id', '99')).toMatchObject({ code: 1, err: expect.stringContaining('99') });
  expect((await run('mail', 'show', '--id', 'x')).code).toBe(2);
  expect((await run('mail')).code).toBe(2);
});

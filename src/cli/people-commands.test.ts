/** Risk: a script that builds tenants by the command line gets other fields, or a silent default instead of an error. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ManualClock, systemRandom } from '../kernel/index.ts';
import { commands, runProgram } from './index.ts';

let folder: string;
beforeAll(() => (folder = mkdtempSync(join(tmpdir(), 'vulngate-people-'))));
afterAll(() => rmSync(folder, { recursive: true }));

const run = async (...args: readonly string[]): Promise<{ code: number; json: unknown; err: string }> => {
  let out = '';
  let err = '';
  const code = await runProgram(
    {
      env: {},
      stdout: { write: (text) => void (out += text) },
      stderr: { write: (text) => void (err += text) },
      isTty: false,
      clock: new ManualClock(),
      random: systemRandom,
      signal: new AbortController().signal,
      version: '0',
    },
    [...args, '--data', folder, '--json'],
    commands,
  );
  return { code, json: out === '' ? null : JSON.parse(out), err };
};

it('builds people, organisation, project and plan, each with what it promises', async () => {
  const [ada, eve] = ['ada@example.org', 'eve@example.org'];
  const user = await run('user', 'create', '--email', ada, '--name', 'Ada', '--plan', 'pro');
  expect(user).toMatchObject({ code: 0, json: { id: expect.stringMatching(/^usr_/), email: ada, plan: 'pro' } });
  await run('user', 'create', '--email', eve, '--password', 'orange-tiger-42-lamp');
  expect(await run('org', 'create', '--name', 'Acme', '--owner', ada)).toMatchObject({
    code: 0,
    json: { id: expect.stringMatching(/^org_/), name: 'Acme' },
  });
  expect(await run('org', 'member', '--org', 'Acme', '--email', eve, '--role', 'member')).toMatchObject({ code: 0 });
  const basic = (word: string) => run('org', 'set', '--org', 'Acme', '--basic', word);
  expect(await basic('off')).toMatchObject({ code: 0, json: { name: 'Acme', basic: 'off' } });
  expect(await basic('on')).toMatchObject({ code: 0, json: { basic: 'on' } });
  expect(await basic('perhaps')).toMatchObject({ code: 2, json: null });
  const project = await run('project', 'create', '--org', 'Acme', '--name', 'Web Shop', '--owner', ada);
  expect(project).toMatchObject({ code: 0, json: { id: 1, name: 'Web Shop', slug: 'web-shop' } });
  expect(await run('project', 'member', '--project', '1', '--email', eve, '--role', 'admin')).toMatchObject({
    json: { role: 'admin' },
  });
  const plan = ['plan', 'set', '--email', ada, '--plan', 'pro', '--status', 'cancelled'];
  expect(await run(...plan, '--period-end', '2020-01-01')).toMatchObject({
    json: { plan: 'pro', status: 'cancelled', in_effect: 'free', period_end: '2020-01-01T00:00:00.000Z' },
  });
  expect(await run('user', 'disable', '--email', eve)).toMatchObject({ json: { state: 'disabled' } });
  expect(await run('user', 'list')).toMatchObject({ json: { users: [{ email: ada }, { email: eve }] } });
});

it('never makes a person by the way, and names what it does not find', async () => {
  const nobody = 'nobody@example.org';
  for (const args of [
    ['org', 'create', '--name', 'Other', '--owner', nobody],
    ['plan', 'set', '--email', nobody, '--plan', 'pro'],
    ['user', 'disable', '--email', nobody],
  ]) {
    const { code, json, err } = await run(...args);
    expect([code, json], args.join(' ')).toEqual([1, null]);
    expect(err).toContain(nobody);
  }
  expect(await run('project', 'member', '--project', '99', '--email', nobody, '--role', 'admin')).toMatchObject({
    code: 1,
    err: expect.stringContaining('99'),
  });
  expect((await run('project', 'member', '--project', 'x', '--email', nobody, '--role', 'admin')).code).toBe(2);
});

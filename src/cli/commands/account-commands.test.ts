/** Risk: scripts that issue and revoke credentials read the wrong field, or take a failure for a success. */
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { commands } from '../index.ts';
import { commandLine, type CommandLine } from '../../../test/support/command-line.ts';

let folder: string;
let line: CommandLine;
// Loading a command for the first time may take longer than a test has.
beforeAll(async () => {
  for (const { name, load } of commands) if (['user', 'subscription', 'credential'].includes(name)) await load();
});
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vulngate-commands-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  line = commandLine(folder);
});

const now = '2026-01-15T12:00:00.000Z';
const email = 'ada@example.org';

const subscribed = async (...more: string[]): Promise<string> => {
  await line.json('user', 'create', '--email', email);
  return String((await line.json('subscription', 'create', '--email', email, '--tier', 'plus', ...more))['id']);
};
const issued = async (...more: string[]): Promise<Readonly<Record<string, unknown>>> =>
  line.json(
    'credential',
    'issue',
    '--family',
    'subscription-key',
    '--subscription',
    await subscribed(),
    '--name',
    'ci',
    ...more,
  );
const fails = async (code: number, text: string, ...args: string[]): Promise<void> => {
  const ran = await line.run(...args);
  expect(ran, args.join(' ')).toMatchObject({ code, out: '' });
  expect(ran.err).toContain(text);
};

describe('user create', () => {
  it('prints the user, and makes nothing but the control plane and its keys', async () => {
    expect(await line.json('user', 'create', '--email', 'Ada@Example.org', '--name', 'Ada L.')).toEqual({
      id: expect.stringMatching(/^usr_/),
      email,
      name: 'Ada L.',
      state: 'active',
      plan: 'free',
      plan_status: 'active',
      is_administrator: false,
      has_password: false,
      created_at: now,
    });
    expect((await readdir(folder)).filter((name) => !/-(wal|shm)$/.test(name)).toSorted()).toEqual([
      'control.db',
      'keyring.json',
    ]);
    expect((await line.run('user', 'create', '--email', 'b@example.org')).out).toMatch(/^id +usr_.*\nemail +b@/);
  });

  it('fails with 1 for an address in use or none, and with 2 for bad usage', async () => {
    await line.json('user', 'create', '--email', email);
    await fails(1, `error: The address ${email} is in use\nhelp: `, 'user', 'create', '--email', 'ADA@example.org');
    await fails(1, 'Not an e-mail address', 'user', 'create', '--email', 'ada', '--json');
    await fails(2, '--email is required', 'user', 'create');
    await fails(2, 'usage: vulngate user create', 'user');
    await fails(2, "'drop' is not one of create", 'user', 'drop');
    await fails(2, '--colour', 'user', 'create', '--email', email, '--colour', 'red');
    await fails(2, 'surplus', 'user', 'create', 'surplus');
  });
});

describe('subscription', () => {
  it('is created, shown and changed', async () => {
    const id = await subscribed('--start', '2025-12-31T08:00:00Z', '--credits', '12.5');
    const shown = {
      id,
      user_id: expect.stringMatching(/^usr_/),
      plan: 'CyberSecFeed Plus',
      tier: 'plus',
      status: 'active',
      credits_limit: 12.5,
      credits_used: 0,
      reset_at: '2026-01-31T08:00:00.000Z',
      requests_per_minute: null,
      started_at: '2025-12-31T08:00:00.000Z',
      period_end: null,
      past_due_since: null,
    };
    expect(await line.json('subscription', 'show', '--id', id)).toEqual(shown);
    const set = (...args: string[]) => line.json('subscription', 'set', '--id', id, ...args);
    expect(await set('--tier', 'free', '--credits-used', '1.5')).toEqual({
      ...shown,
      tier: 'free',
      plan: 'CyberSecFeed Free',
      credits_used: 1.5,
      requests_per_minute: 5,
    });
    expect(await set('--status', 'cancelled')).toMatchObject({ period_end: '2026-01-31T08:00:00.000Z' });
    expect(await set('--period-end', '2026-01-20')).toMatchObject({ period_end: '2026-01-20T00:00:00.000Z' });
    expect(await set('--status', 'past_due')).toMatchObject({ status: 'past_due', past_due_since: now });
    expect(await set('--status', 'active')).toMatchObject({ status: 'active', period_end: null, past_due_since: null });
  });

  it('fails with 1 for what does not exist, and with 2 for what cannot be read', async () => {
    const id = await subscribed();
    await fails(1, 'No user with the address', 'subscription', 'create', '--email', 'x@example.org', '--tier', 'free');
    await fails(1, 'No subscription sub_gone', 'subscription', 'show', '--id', 'sub_gone');
    await fails(1, 'No subscription sub_gone', 'subscription', 'set', '--id', 'sub_gone', '--tier', 'free');
    await fails(2, '--tier is one of', 'subscription', 'create', '--email', email, '--tier', 'gold');
    await fails(2, '--status is one of', 'subscription', 'set', '--id', id, '--status', 'paid');
    await fails(2, '--period-end needs', 'subscription', 'set', '--id', id, '--period-end', 'tomorrow');
    for (const credits of ['-1', '1e3', '0.0001', 'x', '']) {
      await fails(2, 'credits-used', 'subscription', 'set', '--id', id, `--credits-used=${credits}`);
    }
    await fails(2, '--id is required', 'subscription', 'show');
  });
});

describe('credential', () => {
  it('is issued with its secret shown once, and shown afterwards without', async () => {
    const made = await issued(
      '--scope',
      'cves=read',
      '--scope',
      '*=none',
      '--expires',
      '2026-02-01',
      '--ip',
      '10.0.0.0/8',
    );
    const { credential, ...rest } = made;
    expect(Object.keys(made).slice(0, 2)).toEqual(['id', 'credential']);
    expect(credential).toMatch(/^[0-9a-f-]{73}$/);
    expect(rest).toEqual({
      id: expect.stringMatching(/^crd_/),
      family: 'subscription-key',
      owner: expect.stringMatching(/^sub_/),
      name: 'ci',
      masked: `${String(credential).slice(0, 8)}…${String(credential).slice(-4)}`,
      state: 'active',
      scopes: { cves: 'read', '*': 'none' },
      allowed_ips: ['10.0.0.0/8'],
      created_at: now,
      expires_at: '2026-02-01T00:00:00.000Z',
      state_changed_at: now,
      overlap_until: null,
      successor: null,
      requests: 0,
      last_used_at: null,
      last_used_ip: null,
      number: 1,
      prefix: String(credential).slice(0, 8),
      description: '',
      created_by: null,
      is_mcp_enabled: false,
    });
    const id = String(made['id']);
    expect(await line.json('credential', 'show', '--id', id)).toEqual({ ...rest, exposures: 0 });
    expect(await line.json('credential', 'list')).toEqual({ credentials: [rest] });
    const table = await line.run('credential', 'list', '--family', 'subscription-key');
    expect(table).toMatchObject({ code: 0, err: '' });
    expect(table.out).toContain(id);
    expect(table.out + JSON.stringify(rest)).not.toContain(String(credential));
  });

  it('lives: suspend, resume, rotate, revoke', async () => {
    const { id } = await issued();
    const verb = (name: string, ...more: string[]) => line.json('credential', name, '--id', String(id), ...more);
    expect(await verb('suspend')).toMatchObject({ id, state: 'suspended' });
    await fails(1, 'is suspended and cannot be rotated', 'credential', 'rotate', '--id', String(id));
    expect(await verb('resume')).toMatchObject({ state: 'active' });
    const next = await verb('rotate', '--overlap', '3600');
    expect(next).toMatchObject({ credential: expect.stringMatching(/^[0-9a-f-]{73}$/), state: 'active' });
    expect(await verb('show')).toMatchObject({
      state: 'rotated',
      successor: next['id'],
      overlap_until: '2026-01-15T13:00:00.000Z',
    });
    expect(await verb('revoke')).toMatchObject({ state: 'revoked' });
    await fails(1, 'is revoked and cannot be resumed', 'credential', 'resume', '--id', String(id));
  });

  it('keeps the secret on standard output and the advice on standard error', async () => {
    const subscription = await subscribed();
    const args = ['credential', 'issue', '--family', 'subscription-key', '--subscription', subscription, '--name', 'x'];
    const ran = await line.run(...args);
    const secret = /credential +([0-9a-f-]{73})\n/.exec(ran.out)?.[1] ?? '';
    expect(secret).toHaveLength(73);
    expect(ran.err).toMatch(/shown this once/);
    expect(ran.err).not.toContain(secret);
    expect((await line.run(...args, '--json')).err).toBe('');
  });

  it('explains the verdict, the deciding rule, the price and what remains, and spends nothing', async () => {
    const { id, owner } = await issued('--expires', '2026-02-01', '--ip', '10.0.0.0/8');
    const explain = (...more: string[]) =>
      line.json('credential', 'explain', '--id', String(id), '--method', 'GET', '--path', '/api/v1/cves', ...more);
    expect(await explain('--ip', '10.1.1.1')).toMatchObject({
      verdict: 'admitted',
      rule: null,
      remaining: 30_000,
      reset_at: '2026-02-15T12:00:00.000Z',
      credential: id,
      owner,
      at: now,
    });
    expect(await explain('--ip', '192.0.2.1')).toMatchObject({
      verdict: 'refused',
      rule: 'credential.address_refused',
    });
    expect(await explain('--ip', '10.1.1.1', '--at', '2026-02-01')).toMatchObject({ rule: 'credential.expired' });
    await line.json('subscription', 'set', '--id', String(owner), '--credits-used', '30000');
    expect(await explain('--ip', '10.1.1.1')).toMatchObject({ rule: 'admission.credits_exhausted', remaining: 0 });
    expect(await line.json('credential', 'show', '--id', String(id))).toMatchObject({ requests: 0 });
    await fails(2, '--method is required', 'credential', 'explain', '--id', String(id), '--path', '/');
  });

  it('fails with 1 for what does not exist or cannot be, and with 2 for what cannot be read', async () => {
    const subscription = await subscribed();
    const issue = ['credential', 'issue', '--family', 'subscription-key', '--subscription', subscription];
    await fails(1, 'The expiry lies in the past', ...issue, '--name', 'x', '--expires', '2026-01-15');
    await fails(1, 'Not an IP address or CIDR range', ...issue, '--name', 'x', '--ip', '10.0.0.0/99');
    await fails(1, 'A name has 1 to 100 characters', ...issue, '--name', 'x'.repeat(101));
    await fails(2, '--name is required', ...issue);
    await fails(2, '--scope is one of', ...issue, '--name', 'x', '--scope', 'cves');
    await fails(2, '--scope needs resource=level', ...issue, '--name', 'x', '--scope', 'a b=read');
    await fails(2, '--scope is one of', ...issue, '--name', 'x', '--scope', 'cves=admin');
    await fails(
      2,
      '--family is one of',
      'credential',
      'issue',
      '--family',
      'x',
      '--subscription',
      subscription,
      '--name',
      'x',
    );
    await fails(
      1,
      'No subscription',
      'credential',
      'issue',
      '--family',
      'subscription-key',
      '--subscription',
      'sub_gone',
      '--name',
      'x',
    );
    for (const verb of ['show', 'revoke', 'suspend', 'resume', 'rotate']) {
      await fails(1, 'No credential crd_gone', 'credential', verb, '--id', 'crd_gone');
      await fails(2, '--id is required', 'credential', verb);
    }
    await fails(2, '--overlap needs whole seconds', 'credential', 'rotate', '--id', 'x', '--overlap', '1h');
    expect(await line.json('credential', 'list')).toEqual({ credentials: [] });
  });
});

describe('configuration', () => {
  it('ends with 78 for a wrong or damaged pepper, and for an option that cannot be read', async () => {
    await issued();
    const path = join(folder, 'keyring.json');
    const keyring = await readFile(path, 'utf8');
    await writeFile(path, keyring.replace(/[0-9a-f]{64}/, 'ab'.repeat(32)));
    await fails(78, 'is not the one that this database was used with', 'credential', 'list', '--json');
    await writeFile(path, 'oops');
    await fails(78, 'keyring.json', 'credential', 'list');
    await rm(path);
    await fails(78, 'keyring.json', 'credential', 'list');
    await writeFile(path, keyring);
    line = commandLine(folder, { VULNGATE_DURABILITY: 'maybe' });
    await fails(78, 'VULNGATE_DURABILITY', 'credential', 'list');
  });

  it('ends with 1 for a folder that cannot be', async () => {
    await writeFile(join(folder, 'file'), '');
    await fails(1, join(folder, 'file'), 'user', 'create', '--email', email, '--data', join(folder, 'file', 'data'));
  });
});

/** Risk: a credential in a folder is not found, is printed in full, or goes on working after --revoke. */
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock, systemRandom } from '../../kernel/index.ts';
import { commands } from '../registry.ts';
import { runProgram } from '../run.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'vulngate-scan-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

const run = async (...args: readonly string[]) => {
  const out: string[] = [];
  const err: string[] = [];
  const code = await runProgram(
    {
      env: {},
      stdout: { write: (text) => void out.push(text) },
      stderr: { write: (text) => void err.push(text) },
      isTty: false,
      clock: systemClock,
      random: systemRandom,
      signal: new AbortController().signal,
      version: '1.2.3',
    },
    [...args, '--data', join(folder, 'data')],
    commands,
  );
  return { code, out: out.join(''), err: err.join('') };
};

const json = async (...args: readonly string[]): Promise<Readonly<Record<string, unknown>>> => {
  const { code, out, err } = await run(...args, '--json');
  if (code !== 0) throw new Error(err);
  return { ...(JSON.parse(out) as object) };
};

describe('scan-secrets', () => {
  it('finds credentials in folders and binary files, masked, and ends with 1', async () => {
    await json('user', 'create', '--email', 'ada@example.org');
    await json('org', 'create', '--name', 'acme', '--owner', 'ada@example.org');
    await json('project', 'create', '--org', 'acme', '--name', 'web', '--owner', 'ada@example.org');
    const of = ['--project', '1', '--name', 'ci', '--scope', 'alerts=read'];
    const token = await json('credential', 'issue', '--family', 'project-token', ...of);
    const shared = await json('credential', 'issue', '--family', 'organization-token', '--org', 'acme', '--name', 'o');
    const source = join(folder, 'source');
    mkdirSync(join(source, 'deep'), { recursive: true });
    writeFileSync(join(source, 'deep', 'a.env'), `ONE=1\nTOKEN=${String(token['credential'])}\n`);
    writeFileSync(
      join(source, 'b.bin'),
      Buffer.concat([
        systemRandom.bytes(3000),
        Buffer.from(` ${String(shared['credential'])} `),
        systemRandom.bytes(9),
      ]),
    );
    symlinkSync(source, join(source, 'around'));
    const scanned = await run('scan-secrets', source, '--json');
    expect(scanned.code).toBe(1);
    expect(JSON.parse(scanned.out)).toMatchObject({
      files: 2,
      unread: [],
      found: [
        { file: join(source, 'b.bin'), family: 'organization-token', masked: shared['masked'], fate: null },
        { file: join(source, 'deep', 'a.env'), line: 2, family: 'project-token', masked: token['masked'], fate: null },
      ],
    });
    const told = await run('scan-secrets', source, '--revoke');
    expect(told.code).toBe(1);
    expect(told.out).toContain(`a.env:2  project-token  ${String(token['masked'])}  revoked now`);
    for (const { credential } of [token, shared].map((each) => ({ credential: String(each['credential']) }))) {
      expect(scanned.out + told.out + told.err).not.toContain(credential);
    }
    expect(await json('credential', 'show', '--id', String(token['id']))).toMatchObject({ state: 'revoked' });
    expect((await run('scan-secrets', source, '--revoke')).out).toContain('revoked before');
  });

  it('ends with 0 when there is nothing, with 1 for what cannot be read, and with 2 without a path', async () => {
    writeFileSync(join(folder, 'clean.txt'), `cvf_ cvefeed_ opc_org. ${'0123456789abcdef'.repeat(20)}`);
    expect((await run('scan-secrets', join(folder, 'clean.txt'))).code).toBe(0);
    const missing = await run('scan-secrets', join(folder, 'missing'));
    expect([missing.code, missing.err]).toEqual([1, expect.stringContaining('missing (ENOENT)')]);
    expect((await run('scan-secrets')).code).toBe(2);
  });
});

describe('credential', () => {
  it('asks for the owner that the family has, and for no other', async () => {
    const issue = (...args: readonly string[]) => run('credential', 'issue', '--name', 'x', ...args);
    for (const args of [
      ['--family', 'project-token', '--org', 'acme'],
      ['--family', 'user-key', '--email', 'ada@example.org', '--project', '1'],
      ['--family', 'subscription-key'],
      ['--family', 'other', '--project', '1'],
      ['--family', 'project-token', '--project', 'x'],
    ]) {
      expect((await issue(...args)).code).toBe(2);
    }
    for (const args of [
      ['--family', 'project-token', '--project', '9', '--scope', 'alerts=read'],
      ['--family', 'user-key', '--email', 'nobody@example.org'],
      ['--family', 'subscription-key', '--subscription', 'sub_none'],
      ['--family', 'organization-token', '--org', 'none'],
    ]) {
      const { code, err } = await issue(...args);
      expect([code, err]).toEqual([1, expect.stringMatching(/^error: No /)]);
    }
  });
});

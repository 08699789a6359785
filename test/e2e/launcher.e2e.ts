import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { root } from '../repository/tree.ts';

// Risk: a script that relies on exit codes and output gets those of the launcher instead of the program's.

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

const launch = (...args: readonly string[]): Promise<Ended> =>
  new Promise((done, failed) => {
    const child = spawn(process.execPath, [join(root, 'bin/vulngate.js'), ...args], { cwd: root });
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString('utf8')));
    child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString('utf8')));
    child.once('error', failed);
    child.once('close', (code) => done({ code, stdout, stderr }));
  });

test('passes arguments in and output out', async () => {
  const ended = await launch('--version');
  expect(ended).toMatchObject({ code: 0, stderr: '' });
  expect(ended.stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
});

test('passes the exit code of the program on', async () => {
  expect(await launch('no-such-command')).toMatchObject({ code: 2, stdout: '' });
});

test('passes a signal on, and the server stops in order', async () => {
  const data = await mkdtemp(join(tmpdir(), 'vulngate-launcher-'));
  const args = [join(root, 'bin/vulngate.js'), 'serve', '--port', '0', '--data', data, '--json'];
  const child = spawn(process.execPath, args, { cwd: root, stdio: ['ignore', 'pipe', 'ignore'] });
  const ended = new Promise<number | null>((done) => child.once('close', done));
  const firstLine = await new Promise<string>((done) => {
    let said = '';
    child.stdout.on('data', (chunk: Buffer) => {
      said += chunk.toString('utf8');
      if (said.includes('\n')) done(said);
    });
    child.once('close', () => done(said));
  });
  child.kill('SIGTERM');
  expect(firstLine).toContain('"event":"listening"');
  expect(await ended).toBe(0);
  await rm(data, { recursive: true, force: true });
});

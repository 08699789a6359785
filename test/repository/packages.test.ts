import { expect, test } from 'vitest';
import { z } from 'zod';
import { text } from './tree.ts';

// Risk: an installation that brings something else than what was tried, or runs a stranger's program.

const Versions = z.record(z.string(), z.string()).default({});
const Manifest = z.object({
  name: z.string(),
  version: z.string(),
  bin: z.record(z.string(), z.string()),
  scripts: z.record(z.string(), z.string()),
  dependencies: Versions,
  devDependencies: Versions,
  optionalDependencies: Versions,
});
const Lock = z.object({
  version: z.string(),
  packages: z.record(
    z.string(),
    z.object({
      version: z.string().optional(),
      hasInstallScript: z.boolean().optional(),
      integrity: z.string().optional(),
      dev: z.boolean().optional(),
      optional: z.boolean().optional(),
      optionalDependencies: Versions,
    }),
  ),
});

const manifest = Manifest.parse(JSON.parse(text('package.json')));
const lock = Lock.parse(JSON.parse(text('package-lock.json')));
const wanted = { ...manifest.dependencies, ...manifest.devDependencies, ...manifest.optionalDependencies };

test('every dependency is pinned to one exact version', () => {
  expect(Object.entries(wanted).filter(([, version]) => !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version))).toEqual([]);
});

test('the lock file holds the pinned versions, each with its checksum', () => {
  expect(lock.version).toBe(manifest.version);
  const other = Object.entries(wanted).filter(
    ([name, version]) => lock.packages[`node_modules/${name}`]?.version !== version,
  );
  expect(other).toEqual([]);
  // A tool's binary for a platform that its registry did not have at hand has no checksum; the product has none of these.
  const unchecked = Object.entries(lock.packages).filter(
    ([path, entry]) => path !== '' && entry.integrity === undefined && !(entry.dev === true && entry.optional === true),
  );
  expect(unchecked.map(([path]) => path)).toEqual([]);
});

test('the lock file holds the binaries of every platform, so that it fits wherever it is installed', () => {
  const wantedByOne = Object.entries(lock.packages).flatMap(([path, entry]) =>
    Object.keys(entry.optionalDependencies).map((name) => ({ path, name })),
  );
  const held = new Set(Object.keys(lock.packages).map((path) => path.slice(path.lastIndexOf('node_modules/') + 13)));
  expect(wantedByOne.filter(({ name }) => !held.has(name))).toEqual([]);
});

test('no package runs a program when it is installed', () => {
  const running = Object.entries(lock.packages).filter(([, entry]) => entry.hasInstallScript === true);
  expect(running.map(([path]) => path)).toEqual([]);
  expect(Object.keys(manifest.scripts).filter((name) => /^(pre|post)?(install|prepare)$/.test(name))).toEqual([]);
});

test('one Node.js is pinned for every platform', () => {
  const nodes = Object.entries(manifest.optionalDependencies).filter(([name]) => name.startsWith('node-'));
  expect(nodes.length).toBeGreaterThanOrEqual(5);
  expect(new Set(nodes.map(([, version]) => version)).size).toBe(1);
  expect(Number(nodes[0]?.[1].split('.')[0])).toBe(26);
  const launcher = text(manifest.bin['vulngate'] ?? '');
  expect(nodes.filter(([name]) => !launcher.includes(`'${name}'`))).toEqual([]);
});

test('the scripts are those of the house and no others', () => {
  expect(Object.keys(manifest.scripts).toSorted()).toEqual(
    ['bench', 'build', 'check', 'dev', 'generate', 'start', 'test', 'vulngate'].toSorted(),
  );
});

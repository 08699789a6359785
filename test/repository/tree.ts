import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, resolve, sep } from 'node:path';

/** root is the folder of package.json. */
export const root = resolve(import.meta.dirname, '../..');

/** What is beside the product in a working copy: installed packages, run-time folders, other people's tools. */
const outside = new Set(['node_modules', '.git', 'data', '.tmp', 'coverage', 'bench/results', '.idea', '.vscode']);

const walk = (folder: string): string[] =>
  readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    const name = relative(root, path).split(sep).join('/');
    if (outside.has(name) || entry.name === 'node_modules' || entry.name.endsWith('.log')) return [];
    return entry.isDirectory() ? walk(path) : [name];
  });

/** files are the paths of the working copy relative to the root, with forward slashes. */
export const files: readonly string[] = walk(root);

export const isTypeScript = (path: string): boolean => /\.(ts|tsx)$/.test(path);
export const isTest = (path: string): boolean => /\.(test|e2e|suite)\.tsx?$/.test(path) || path.startsWith('test/');

/** text reads a file of the working copy. */
export const text = (path: string): string => readFileSync(join(root, path), 'utf8');

export const lineCount = (path: string): number => text(path).split('\n').length - 1;

/** modules are the folders right under src/. */
export const modules: readonly string[] = [
  ...new Set(files.flatMap((path) => /^src\/([^/]+)\//.exec(path)?.[1] ?? [])),
].toSorted();

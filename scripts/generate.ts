/**
 * `npm run generate` writes the files that are made from tables in the code. With `--check` it writes nothing and ends
 * with exit code 1 when one of them is stale.
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { generatedDocuments } from './documents.ts';
import { root } from './subprocess.ts';

const onlyCheck = process.argv.includes('--check');
let stale = 0;
for (const document of generatedDocuments()) {
  const file = join(root, document.path);
  const before = await readFile(file, 'utf8').catch(() => null);
  if (before === document.text) continue;
  stale += 1;
  if (onlyCheck) {
    process.stdout.write(`${document.path} is stale: run npm run generate\n`);
  } else {
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, document.text);
    process.stdout.write(`wrote ${document.path}\n`);
  }
}
if (onlyCheck && stale > 0) process.exitCode = 1;

import { expect, test } from 'vitest';
import { createSecretScanner } from '../../src/credentials/index.ts';
import { systemRandom } from '../../src/kernel/index.ts';
import { credentialFormats } from '../../src/credentials/formats/registry.ts';
import { text } from './tree.ts';

// Risk: the rules that others scan with drift away from the formats that are issued.

const gitleaks = [...text('docs/leak-rules/gitleaks.toml').matchAll(/^regex = '''(.*)'''$/gm)].map(
  (match) => match[1] ?? '',
);
const trufflehog = [...text('docs/leak-rules/trufflehog.yaml').matchAll(/^\s+(?:token|key): '(.*)'$/gm)].map(
  (match) => match[1] ?? '',
);
/** JavaScript knows no flags for a part of a pattern. */
const compiled = (source: string): RegExp => new RegExp(source.replace('(?i:', '(?:'));

test.each([
  ['gitleaks', gitleaks],
  ['trufflehog', trufflehog],
])('rules of %s find every family, and nothing else in a line of code', (_name, sources) => {
  const patterns = sources.map(compiled);
  expect(patterns).toHaveLength(credentialFormats.length);
  for (const format of credentialFormats) {
    const { presented } = format.mint(systemRandom);
    const line = `const key = "${presented}";`;
    expect(patterns.filter((pattern) => pattern.exec(line)?.[1] === presented)).toHaveLength(1);
    expect(createSecretScanner().push(Buffer.from(line))).toHaveLength(1);
  }
  const plain = 'const key = "d41d8cd98f00b204e9800998ecf8427e-01234567-89ab-4cde-8f01-23456789abcd"; // cvf_ opc_org.';
  expect(patterns.filter((pattern) => pattern.test(plain))).toEqual([]);
});

/**
 * `npm run check`: everything that can be said about the code without running it. One line a step with its time; the
 * output of a step that failed follows. Exit code 1 when any step failed.
 */
import { availableParallelism } from 'node:os';
import { run, tool, type Finished } from './subprocess.ts';

interface Step {
  readonly name: string;
  readonly command: readonly string[];
  /** verify looks at the output of a step that ended well; a text returned is the reason to fail it after all. */
  readonly verify?: (output: string) => string | null;
}

/**
 * The boundary checker reports success when it could parse nothing, so the number of visited modules has a floor. Raise
 * it as the tree grows.
 */
const visitedModulesMin = 60;

const enoughModules = (output: string): string | null => {
  const visited = Number(/\((\d+) modules/.exec(output)?.[1] ?? 0);
  return visited >= visitedModulesMin
    ? null
    : `only ${visited} modules were visited, at least ${visitedModulesMin} expected: the parser did not see the tree`;
};

// The longest first, so that the shorter ones fill the other cores.
const steps: readonly Step[] = [
  { name: 'types', command: tool('typescript/bin/tsc', '-p', 'tsconfig.json', '--pretty', 'false') },
  {
    name: 'boundaries',
    command: tool('dependency-cruiser/bin/dependency-cruiser.mjs', '--no-progress', 'src', 'scripts', 'bench', 'test'),
    verify: enoughModules,
  },
  { name: 'lint', command: tool('oxlint/bin/oxlint', '--quiet') },
  { name: 'dead code', command: tool('knip/bin/knip.js', '--no-progress', '--no-config-hints') },
  { name: 'generated files', command: [process.execPath, 'scripts/generate.ts', '--check'] },
  { name: 'format', command: tool('oxfmt/bin/oxfmt', '--check') },
];

const judge = async (step: Step): Promise<Finished & { readonly name: string }> => {
  const finished = await run(step.command);
  const reason = finished.code === 0 ? (step.verify?.(finished.output) ?? null) : null;
  const judged = reason === null ? finished : { ...finished, code: 1, output: `${finished.output}${reason}\n` };
  const word = judged.code === 0 ? 'ok    ' : 'FAILED';
  process.stdout.write(`${word}  ${step.name.padEnd(16)} ${(judged.elapsedMs / 1000).toFixed(1).padStart(5)} s\n`);
  return { ...judged, name: step.name };
};

const queue = [...steps];
const results: (Finished & { readonly name: string })[] = [];
const work = async (): Promise<void> => {
  for (let step = queue.shift(); step !== undefined; step = queue.shift()) results.push(await judge(step));
};
await Promise.all(Array.from({ length: Math.max(2, Math.min(4, availableParallelism())) }, work));

const failures = results.filter((result) => result.code !== 0);
for (const failure of failures) process.stdout.write(`\n--- ${failure.name}\n${failure.output.trimEnd()}\n`);
process.stdout.write(
  failures.length === 0 ? '\ncheck passed\n' : `\ncheck failed: ${failures.map((f) => f.name).join(', ')}\n`,
);
process.exitCode = failures.length === 0 ? 0 : 1;

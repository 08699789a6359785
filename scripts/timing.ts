/**
 * `npm exec -c 'node scripts/timing.ts [--samples N]'`, N for each family: can the time of a refusal tell an unknown
 * credential from one whose secret is wrong, or from a revoked one? Every family is asked through the program's own
 * `verify`, on an embedded control plane in a temporary folder, in this process: without a network, which would only hide
 * a difference.
 *
 * Method. Texts of the three kinds are drawn at random, one after the other, so that whatever else the machine does falls
 * on all kinds alike. Every text is a fresh copy, as one from the wire is. A tenth of the samples warms up and is dropped.
 * Then one limit is taken from all kinds of a family together, the time that 90 % of the samples do not exceed, and what
 * lies above is cropped from every kind: collections of garbage, interrupts, and the note that the use of a revoked
 * credential leaves once a minute, which no refusal waits for. Welch's t compares each pair of kinds; the statistic
 * without cropping is shown beside it. Exit code 1 when a pair reaches 4.5.
 */
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { parseArgs } from 'node:util';
import { loadConfig } from '../src/config/index.ts';
import { silentLog, systemClock, systemRandom, type Family } from '../src/kernel/index.ts';
import { openParts, type Parts } from '../src/parts.ts';
import { families, kinds, populate, type Kind, type Pools } from './timing-population.ts';
import { momentsOf, quantileOf, welchT } from './welch.ts';

const limitT = 4.5;
const keptShare = 0.9;
/** Many, because a text has a place in the index that is a little quicker or slower to get to than another's. */
const poolSize = 256;
const samplesMin = 3000;
const address = '203.0.113.9';

const { values } = parseArgs({ options: { samples: { type: 'string', default: '240000' } } });
const samplesPerFamily = Number(values.samples);
if (!Number.isInteger(samplesPerFamily) || samplesPerFamily < samplesMin) {
  process.stderr.write(`--samples wants a whole number from ${samplesMin}, for each family\n`);
  process.exit(2);
}

type Times = Readonly<Record<Kind, number[]>>;

/** collect times refusals of randomly drawn kinds, in microseconds. */
const collect = async ({ credentials }: Parts, family: Family, pools: Pools, count: number): Promise<Times> => {
  const times: Record<Kind, number[]> = { unknown: [], wrong: [], revoked: [] };
  const copies = Object.fromEntries(
    kinds.map((kind) => [kind, pools[kind].map((text) => Buffer.from(text, 'latin1'))]),
  );
  const draws = new Uint32Array(randomBytes(count * 4).buffer, 0, count);
  for (let sample = 0; sample < count; sample += 1) {
    const draw = draws[sample] ?? 0;
    const kind = kinds[draw % kinds.length] ?? 'unknown';
    const presented = copies[kind]?.[(draw >>> 16) % poolSize]?.toString('latin1') ?? '';
    const startedMs = performance.now();
    const outcome = await credentials.verify({ family, presented, address });
    const elapsedMs = performance.now() - startedMs;
    if (outcome.kind !== 'refused') throw new Error(`a ${kind} ${family} was let in`);
    times[kind].push(elapsedMs * 1000);
    // A breath for what runs aside, as between two requests.
    if (sample % 64 === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  return times;
};

const pairs: readonly (readonly [Kind, Kind])[] = [
  ['unknown', 'wrong'],
  ['unknown', 'revoked'],
  ['wrong', 'revoked'],
];

const number = (value: number, digits = 2): string => value.toFixed(digits).padStart(8);

/** report prints the rows of a family and returns the largest |t|. */
const report = (family: Family, times: Times): number => {
  const limit = quantileOf(
    kinds.flatMap((kind) => times[kind]),
    keptShare,
  );
  const told = pairs.map(([one, other]) => {
    const [left, right] = [momentsOf(times[one], limit), momentsOf(times[other], limit)];
    const t = welchT(left, right);
    const plainT = welchT(momentsOf(times[one]), momentsOf(times[other]));
    const cells = [family.padEnd(18), `${one} / ${other}`.padEnd(17), `${left.count + right.count}`.padStart(8)];
    const figures = [number(left.mean, 3), number(right.mean, 3), number(t), number(plainT)];
    process.stdout.write(`${[...cells, ...figures].join('  ')}  ${Math.abs(t) < limitT ? 'same' : 'DIFFERENT'}\n`);
    return Math.abs(t);
  });
  return Math.max(...told);
};

const folder = await mkdtemp(join(tmpdir(), 'vulngate-timing-'));
try {
  const config = loadConfig({ env: {}, overrides: { data: folder, durability: 'process' } });
  const parts = await openParts({ config, clock: systemClock, random: systemRandom, log: silentLog });
  try {
    const pools = await populate(parts, poolSize);
    process.stdout.write(
      `${samplesPerFamily} samples a family, ${poolSize} credentials of each kind; ` +
        `Node ${process.versions.node}, ${cpus()[0]?.model ?? 'unknown processor'}\n\n`,
    );
    const head = ['family'.padEnd(18), 'pair'.padEnd(17), 'samples'.padStart(8)];
    const columns = ['left us', 'right us', 't', 't plain'].map((title) => title.padStart(8));
    process.stdout.write(`${[...head, ...columns].join('  ')}\n`);
    let largest = 0;
    for (const family of families) {
      await collect(parts, family, pools[family], Math.ceil(samplesPerFamily / 10));
      largest = Math.max(largest, report(family, await collect(parts, family, pools[family], samplesPerFamily)));
    }
    const isSame = largest < limitT;
    process.stdout.write(`\nlargest |t| ${largest.toFixed(2)}: ${isSame ? 'below' : 'not below'} ${limitT}\n`);
    process.exitCode = isSame ? 0 : 1;
  } finally {
    await parts.close();
  }
} finally {
  await rm(folder, { recursive: true, force: true });
}

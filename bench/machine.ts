import { closeSync, fsyncSync, openSync, rmSync, statfsSync, writeSync } from 'node:fs';
import { availableParallelism, cpus, loadavg, release, totalmem } from 'node:os';
import { join } from 'node:path';
import { median } from './figures.ts';

/** What the figures were taken on; figures of two machines cannot be compared, ratios roughly can. */
export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryMiB: number;
  readonly system: string;
  readonly node: string;
  /** Median time to append 4 KiB and flush it, in the folder that the benchmarks work in. */
  readonly fsyncMs: number;
  /** A folder in memory flushes for free, which flatters every figure with a commit in it. */
  readonly folderInMemory: boolean;
  /** Runnable processes over the last minute, before anything was measured. */
  readonly loadBefore: number;
}

const fsyncs = 50;
const tmpfsType = 0x01021994;

const fsyncMedianMs = (folder: string): number => {
  const path = join(folder, 'fsync-probe');
  const block = Buffer.alloc(4096, 1);
  const file = openSync(path, 'w');
  try {
    const times = Array.from({ length: fsyncs }, () => {
      const startedMs = performance.now();
      writeSync(file, block);
      fsyncSync(file);
      return performance.now() - startedMs;
    });
    return median(times);
  } finally {
    closeSync(file);
    rmSync(path);
  }
};

export const describeMachine = (folder: string): Machine => ({
  cpu: cpus()[0]?.model.trim() ?? 'unknown',
  cores: availableParallelism(),
  memoryMiB: Math.round(totalmem() / 1024 / 1024),
  system: `${process.platform} ${release()} ${process.arch}`,
  node: process.version,
  fsyncMs: fsyncMedianMs(folder),
  folderInMemory: process.platform === 'linux' && statfsSync(folder).type === tmpfsType,
  loadBefore: loadavg()[0] ?? 0,
});

/** Above this share of the cores, other work is in the figures. */
const busyShare = 0.25;

export const machineLines = (machine: Machine): readonly string[] => [
  `${machine.cpu}, ${machine.cores} cores, ${machine.memoryMiB} MiB, ${machine.system}, node ${machine.node}`,
  `flush of 4 KiB: ${machine.fsyncMs.toFixed(3)} ms${machine.folderInMemory ? ' (a folder in memory: durability costs nothing here)' : ''}`,
  ...(machine.loadBefore > machine.cores * busyShare
    ? [`the machine is not quiet: load ${machine.loadBefore.toFixed(2)} before the first measurement`]
    : []),
];

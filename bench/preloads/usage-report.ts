/** Loaded before a program: tells the parent what the whole process used, at its end. */
import { readFileSync } from 'node:fs';
import { isMainThread } from 'node:worker_threads';

export interface UsageReport {
  readonly maxRssBytes: number;
  readonly cpuSeconds: number;
}

/** The system's own figure of a child begins with what its parent held at the fork; Linux also keeps that of the program alone. */
const peakKib = (): number | null => {
  if (process.platform !== 'linux') return null;
  const [, peak] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'latin1')) ?? [];
  return peak === undefined ? null : Number(peak);
};

if (isMainThread) {
  // The channel is for the report only and must not keep the program alive.
  process.channel?.unref();
  process.on('exit', () => {
    const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage();
    const report: UsageReport = {
      maxRssBytes: (peakKib() ?? maxRSS) * 1024,
      cpuSeconds: (userCPUTime + systemCPUTime) / 1e6,
    };
    process.send?.(report);
  });
}

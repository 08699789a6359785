/** Loaded before a program: tells the parent what the whole process used, at its end. */
import { isMainThread } from 'node:worker_threads';

export interface UsageReport {
  readonly maxRssBytes: number;
  readonly cpuSeconds: number;
}

if (isMainThread) {
  // The channel is for the report only and must not keep the program alive.
  process.channel?.unref();
  process.on('exit', () => {
    const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage();
    const report: UsageReport = { maxRssBytes: maxRSS * 1024, cpuSeconds: (userCPUTime + systemCPUTime) / 1e6 };
    process.send?.(report);
  });
}

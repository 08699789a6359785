#!/usr/bin/env node
import manifest from '../package.json' with { type: 'json' };
import { commands, runProgram } from './cli/index.ts';
import { processEnvironment } from './config/index.ts';
import { systemClock, systemRandom } from './kernel/index.ts';

/** A terminal or process manager signals the whole group, and the launcher passes the same signal on: that is one wish, not two. */
const sameWishMs = 500;
const stop = new AbortController();
let stoppedAtMs = 0;
for (const name of ['SIGINT', 'SIGTERM'] as const) {
  process.on(name, () => {
    const nowMs = systemClock.monotonicMs();
    if (!stop.signal.aborted) {
      stoppedAtMs = nowMs;
      stop.abort(name);
    } else if (nowMs - stoppedAtMs > sameWishMs) process.exit(name === 'SIGINT' ? 130 : 143);
  });
}

// A reader such as `head` may close the pipe: that ends the program quietly.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1));
}

// Timers of the clock do not keep a process alive, so a command that waits for one must be held until it returns.
const hold = new MessageChannel();
hold.port1.onmessage = () => undefined;

const code = await runProgram(
  {
    env: processEnvironment(),
    stdout: { write: (text) => void process.stdout.write(text) },
    stderr: { write: (text) => void process.stderr.write(text), columns: () => process.stderr.columns },
    isTty: process.stderr.isTTY === true,
    clock: systemClock,
    random: systemRandom,
    signal: stop.signal,
    version: manifest.version,
  },
  process.argv.slice(2),
  commands,
);

// What was written must have left before the exit, which does not wait for pipes.
process.stdout.write('', () => process.stderr.write('', () => process.exit(code)));

import { parentPort, workerData } from 'node:worker_threads';
import { readSources } from './reading.ts';
import type { ReadingMessage, ReadingTask, WritingMessage } from './messages.ts';

/** The entry of the reading thread: everything it knows arrives as its task, everything it finds leaves as messages. */
const port = parentPort;
if (port === null) throw new Error('reader-thread runs as a worker only');

const task = workerData as ReadingTask;
let ahead = 0;
let stopped = false;
let resume: (() => void) | null = null;

port.on('message', (message: WritingMessage) => {
  if (message.type === 'stop') stopped = true;
  else ahead -= 1;
  resume?.();
});

const send = async (message: ReadingMessage, moved: readonly ArrayBuffer[] = []): Promise<boolean> => {
  port.postMessage(message, [...moved]);
  if (message.type === 'records' || message.type === 'feed') ahead += 1;
  while (ahead >= task.chunksAhead && !stopped) {
    await new Promise<void>((resolve) => {
      resume = resolve;
    });
  }
  return !stopped;
};

await readSources(task, { send, underWay: () => ahead });
port.postMessage({ type: 'done' } satisfies ReadingMessage);
port.close();

import manifest from '../../../package.json' with { type: 'json' };
import { openApp } from '../../app.ts';
import { parseArguments } from '../arguments.ts';
import type { Command, CommandContext } from '../command.ts';

/** untilStopped resolves when the first signal asks the server to stop. */
const untilStopped = (signal: AbortSignal): Promise<void> =>
  signal.aborted
    ? Promise.resolve()
    : new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));

const announce = ({ json, stdout }: CommandContext, url: string): void => {
  stdout.write(json ? `${JSON.stringify({ event: 'listening', url })}\n` : `Vulngate listens on ${url}\n`);
};

export const serveCommand: Command = {
  name: 'serve',
  summary: 'serve the API',
  usage: `serve [--host ADDRESS] [--port N] [--data DIR] [--json]

Serves until SIGINT or SIGTERM, then finishes what it has admitted. --port 0 takes a free port.
With --json the first line is {"event":"listening","url":"http://…"}.`,
  run: async (context, args) => {
    parseArguments(args, {});
    const app = await openApp({ ...context, version: manifest.version });
    try {
      const { url } = await app.server.listen();
      announce(context, url);
      app.upkeep.start();
      await untilStopped(context.signal);
      return 0;
    } finally {
      await app.close();
    }
  },
};

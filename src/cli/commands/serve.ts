import manifest from '../../../package.json' with { type: 'json' };
import type { App } from '../../app.ts';
import { startSearch, type SearchClient } from '../../catalog/index.ts';
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

/** announceAdministrator shows the link of the very first start; it goes to standard output only, never into the log. */
const announceAdministrator = async (
  { json, stdout, config }: CommandContext,
  app: App,
  url: string,
): Promise<void> => {
  const link = await app.parts.accounts.signIn.ensureAdministrator();
  if (link === null) return;
  const address = `${config.server.publicUrl ?? url}/sign-in#${link.token}`;
  stdout.write(
    json
      ? `${JSON.stringify({ event: 'administrator', email: link.email, url: address, token: link.token })}\n`
      : `First start: sign in as ${link.email} with this link, once, within 24 hours:\n${address}\n`,
  );
};

const openServing = async (context: CommandContext, search: SearchClient): Promise<App> => {
  try {
    const { openApp } = await import('../../app.ts');
    return await openApp({ ...context, version: manifest.version, search });
  } catch (error) {
    await search.close();
    throw error;
  }
};

export const serveCommand: Command = {
  name: 'serve',
  summary: 'serve the API',
  usage: `serve [--host ADDRESS] [--port N] [--data DIR] [--json]

Serves until SIGINT or SIGTERM, then finishes what it has admitted. --port 0 takes a free port.
With --json the first line is {"event":"listening","url":"http://…"}; at the very first start the second is
{"event":"administrator","email":…,"url":…,"token":…}: a link that signs the administrator in, once.`,
  run: async (context, args) => {
    parseArguments(args, {});
    const { config, clock, log } = context;
    // Most of a start is the loading of modules, and most of the first list the loading of its index: both at once.
    const search = startSearch({ databasePath: config.catalogue.databasePath, clock, log });
    const app = await openServing(context, search);
    try {
      const { url } = await app.server.listen();
      announce(context, url);
      await announceAdministrator(context, app, url);
      app.upkeep.start();
      app.parts.audit.start();
      await untilStopped(context.signal);
      return 0;
    } finally {
      await app.close();
    }
  },
};

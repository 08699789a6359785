import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openApp, type App } from '../../src/app.ts';
import { testConfig, type OptionTexts } from '../../src/config/index.ts';
import { createLog, operatorActor, systemClock, systemRandom } from '../../src/kernel/index.ts';

export interface RunningApp {
  readonly app: App;
  readonly url: string;
  /** Every line of the log. */
  readonly lines: string[];
  /** key makes a user with a subscription of the tier, and issues a key to it. */
  key(
    tier: 'free' | 'plus' | 'pro' | 'business' | 'enterprise',
  ): Promise<{ readonly id: string; readonly presented: string }>;
  close(): Promise<void>;
}

/** startApp runs the whole program in this process, in a folder of its own, with the starter catalogue. */
export const startApp = async (options: OptionTexts = {}): Promise<RunningApp> => {
  const folder = await mkdtemp(join(tmpdir(), 'vulngate-app-'));
  const config = testConfig({ data: folder, host: '127.0.0.1', port: '0', ...options });
  const lines: string[] = [];
  const log = createLog({ level: 'debug', nowMs: () => systemClock.nowMs(), write: (line) => lines.push(line) });
  const app = await openApp({ config, clock: systemClock, random: systemRandom, log, version: '0.0.0-test' });
  const { url } = await app.server.listen();
  let users = 0;
  return {
    app,
    url,
    lines,
    key: async (tier) => {
      users += 1;
      const email = `user${users}@example.org`;
      const { accounts, credentials } = app.parts;
      await accounts.users.create({ actor: operatorActor, email });
      const subscription = await accounts.subscriptions.create({ actor: operatorActor, email, tier });
      return credentials.issue({
        actor: operatorActor,
        family: 'subscription-key',
        ownerId: subscription.id,
        name: 'key',
      });
    },
    close: async () => {
      await app.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
};

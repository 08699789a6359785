import { expect, test } from 'vitest';
import { installation, postgresInstallation, subscriber } from '../support/installation.ts';
import { startLoad, type Load } from '../support/load.ts';
import { until } from '../support/process.ts';

// Risk: a key that was taken away goes on working somewhere, for a while, until some memory forgets it.

/** A number of answers to requests that were begun after `momentMs`. */
const after = (load: Load, momentMs: number): readonly (number | null)[] =>
  load.shots.filter((shot) => shot.startedMs >= momentMs).map((shot) => shot.status);

const fifty = async (load: Load, momentMs: number): Promise<readonly (number | null)[]> =>
  until(() => {
    const statuses = after(load, momentMs);
    return statuses.length >= 50 ? statuses : null;
  }, '50 answers to requests begun after the change');

const only = (...statuses: readonly number[]) => statuses;

for (const engine of ['sqlite', 'postgres'] as const) {
  test(`a change that another process has made holds on both nodes for every later request on ${engine}`, async (context) => {
    const installed = engine === 'sqlite' ? await installation() : await postgresInstallation();
    if (installed === null) return context.skip('no PostgreSQL server');
    const nodes = await Promise.all([installed.serve(), installed.serve()]);
    const { key, credentialId, subscriptionId } = await subscriber(installed, { tier: 'enterprise' });
    const load = startLoad(
      nodes.map((node) => node.url),
      { key, connections: 4 },
    );
    await fifty(load, 0);

    /** The statuses of requests begun after the command came back. */
    const statusesAfter = async (...args: readonly string[]): Promise<readonly (number | null)[]> => {
      const ended = await installed.run(...args);
      const momentMs = performance.now();
      expect(ended.stderr).toBe('');
      expect(ended.code).toBe(0);
      return [...new Set(await fifty(load, momentMs))];
    };
    const credential = (verb: string) => statusesAfter('credential', verb, '--id', credentialId);
    const subscription = (...change: readonly string[]) =>
      statusesAfter('subscription', 'set', '--id', subscriptionId, ...change);

    expect(await credential('suspend')).toEqual(only(401));
    expect(await credential('resume')).toEqual(only(200));
    expect(await subscription('--status', 'expired')).toEqual(only(401));
    expect(await subscription('--status', 'active')).toEqual(only(200));
    // The last minute held far more than five requests: the lower tier refuses at once.
    expect(await subscription('--tier', 'free')).toEqual(only(429));
    expect(await subscription('--tier', 'enterprise')).toEqual(only(200));
    expect(await credential('revoke')).toEqual(only(401));

    const shots = await load.stop();
    expect(new Set(shots.map((shot) => shot.status))).toEqual(new Set([200, 401, 429]));
    expect((await installed.run('credential', 'resume', '--id', credentialId)).code).toBe(1);
  });
}

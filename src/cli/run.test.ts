/** Risk: scripts depend on exit codes and on standard output holding one JSON object and nothing else. */
import { tmpdir } from 'node:os';
import { describe, expect, it } from 'vitest';
import { fail, ManualClock, seededRandom } from '../kernel/index.ts';
import { parseArguments } from './arguments.ts';
import type { CommandContext, CommandEntry } from './command.ts';
import { runProgram, type Host } from './run.ts';

interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

type Work = (context: CommandContext, args: readonly string[]) => Promise<number>;

const program = async (args: readonly string[], work: Work = async () => 0, host: Partial<Host> = {}): Promise<Ran> => {
  const out: string[] = [];
  const err: string[] = [];
  const entry: CommandEntry = {
    name: 'act',
    summary: 'does it',
    logs: 'problems',
    settings: ['port'],
    load: async () => ({ name: 'act', summary: 'does it', usage: 'act <thing>\n\n--loud   more', run: work }),
  };
  const code = await runProgram(
    {
      env: {},
      stdout: { write: (text) => void out.push(text) },
      stderr: { write: (text) => void err.push(text) },
      isTty: false,
      clock: new ManualClock(),
      random: seededRandom('cli'),
      signal: new AbortController().signal,
      version: '1.2.3',
      ...host,
    },
    args,
    [entry],
  );
  return { code, out: out.join(''), err: err.join('') };
};

describe('runProgram', () => {
  it('prints version and help to standard output and exits with 0', async () => {
    expect(await program(['--version'])).toEqual({ code: 0, out: '1.2.3\n', err: '' });
    expect((await program(['--help'])).out).toContain('act  does it');
    expect((await program(['act', '--help'])).out).toContain('usage: vulngate act <thing>');
  });

  it('exits with 2 and says what to write when the usage is wrong', async () => {
    for (const args of [[], ['nonsense'], ['--loud']]) {
      const { code, out, err } = await program(args);
      expect([code, out]).toEqual([2, '']);
      expect(err).toContain('usage: vulngate <command>');
    }
    const strict: Work = async (_, args) => (parseArguments(args, { loud: { type: 'boolean' } }), 0);
    const unknown = await program(['act', '--quiet'], strict);
    expect([unknown.code, unknown.out]).toEqual([2, '']);
    expect(unknown.err).toContain('--loud   more');
    expect(await program(['act', 'surplus'], strict)).toMatchObject({ code: 2 });
    expect((await program(['act', '--data'])).err).toContain('--data needs a value');
  });

  it('exits with 78 when the configuration is bad, naming every option', async () => {
    const { code, err } = await program(['act'], undefined, { env: { VULNGATE_PORT: 'x', VULNGATE_LOG_LEVEL: 'y' } });
    expect(code).toBe(78);
    expect(err).toMatch(/^error: Bad configuration:\n.*VULNGATE_PORT.*\n?.*/s);
    expect(err).toContain('VULNGATE_LOG_LEVEL');
  });

  it('exits with 2 when a value given on the command line is wrong, naming the option as it was written', async () => {
    const env = { VULNGATE_LOG_LEVEL: 'y' };
    for (const args of [
      ['act', '--port', '99999'],
      ['act', '--port=-1'],
    ]) {
      const { code, out, err } = await program(args, undefined, { env });
      expect([code, out]).toEqual([2, '']);
      expect(err).toMatch(/^error: --port = "(99999|-1)" is out of bounds .* from 0 to 65535\.\n\nusage: vulngate act/);
    }
    expect(await program(['act', '--port', '1'], undefined, { env: { VULNGATE_PORT: '99999' } })).toMatchObject({
      code: 0,
    });
  });

  it('shows a failure as error and help on standard error and exits with 1', async () => {
    const ran = await program(['act', '--json'], async () => {
      throw fail('feed.refused', { message: 'too small' });
    });
    expect(ran).toEqual({
      code: 1,
      out: '',
      err: 'error: too small\nhelp: The feed is empty, truncated or suddenly much smaller; the old data stays.\n',
    });
  });

  it('explains a failure of the file system, and shows a defect with its stack', async () => {
    const full = Object.assign(new Error('ENOSPC: no space left on device, write'), {
      code: 'ENOSPC',
      syscall: 'write',
    });
    expect((await program(['act'], async () => Promise.reject(full))).err).toContain('help: The disk is full');
    expect((await program(['act'], async () => Promise.reject(new TypeError('odd')))).err).toMatch(
      /unexpected: TypeError: odd/,
    );
  });

  it('takes global options before and after the command, and leaves what follows -- alone', async () => {
    const seen: unknown[] = [];
    const work: Work = async ({ config, json }, args) => (seen.push(config.dataFolder, json, args), 3);
    const folder = tmpdir();
    expect((await program(['--data', folder, 'act', 'x', '--json'], work)).code).toBe(3);
    await program(['act', `--data=${folder}`, '--', '--json'], work);
    expect(seen).toEqual([folder, true, ['x'], folder, false, ['--', '--json']]);
  });

  it('lays settings that a command takes as its own over the environment', async () => {
    let port = 0;
    const work: Work = async ({ config }, args) => ((port = config.server.port), args.length);
    expect((await program(['act', '--port', '1234'], work, { env: { VULNGATE_PORT: '1' } })).code).toBe(0);
    expect(port).toBe(1234);
  });

  it('exits with 130 or 143 when a signal stopped the command', async () => {
    for (const [name, code] of [
      ['SIGINT', 130],
      ['SIGTERM', 143],
    ] as const) {
      const stop = new AbortController();
      const work: Work = async ({ signal }) => {
        stop.abort(name);
        signal.throwIfAborted();
        return 0;
      };
      expect((await program(['act'], work, { signal: stop.signal })).code).toBe(code);
    }
  });

  it('logs warnings of the configuration to standard error only', async () => {
    const { out, err } = await program(['act', '--json'], async ({ stdout }) => (stdout.write('{}\n'), 0), {
      env: { VULNGATE_PROT: '1' },
    });
    expect(out).toBe('{}\n');
    expect(JSON.parse(err)).toMatchObject({ level: 'warn', event: 'config.warning' });
  });
});

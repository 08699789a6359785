/** Risk: doctor says that all is well when it is not, or changes what it looks at. */
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { openCatalog } from '../../catalog/index.ts';
import { loadConfig } from '../../config/index.ts';
import { openPeppers } from '../../credentials/index.ts';
import { openKeyring } from '../../keyring/index.ts';
import { ManualClock, seededRandom, silentLog } from '../../kernel/index.ts';
import { openControl } from '../../storage/index.ts';
import type { CommandContext } from '../command.ts';
import { doctorCommand } from '../commands/doctor.ts';

const Answer = z.object({
  ok: z.boolean(),
  checks: z.array(z.object({ name: z.string(), status: z.string(), message: z.string(), help: z.string().optional() })),
});

let folder: string;
beforeEach(() => {
  folder = join(mkdtempSync(join(tmpdir(), 'vulngate-doctor-')), 'data');
});
afterEach(() => {
  rmSync(join(folder, '..'), { recursive: true });
});

const examine = async (env: Readonly<Record<string, string>> = {}) => {
  let out = '';
  const context: CommandContext = {
    config: loadConfig({ env, overrides: { data: folder } }),
    clock: new ManualClock(),
    random: seededRandom('doctor'),
    log: silentLog,
    stdout: { write: (text) => void (out += text) },
    stderr: { write: () => undefined },
    isTty: false,
    json: true,
    signal: new AbortController().signal,
  };
  const code = await doctorCommand.run(context, []);
  const { ok, checks } = Answer.parse(JSON.parse(out));
  return {
    code,
    ok,
    finding: (name: string) => checks.find((check) => check.name === name),
    advice: checks.filter((check) => check.status !== 'ok').flatMap((check) => check.help ?? []),
  };
};

const makeControl = async (): Promise<void> => {
  const path = join(folder, 'control.db');
  const control = await openControl({ engine: 'sqlite', path }, silentLog);
  const keyring = openKeyring({
    source: { source: 'file', path: join(folder, 'keyring.json'), pepperPath: join(folder, 'pepper') },
    random: seededRandom('keyring'),
    clock: new ManualClock(),
  });
  await openPeppers(keyring, control.db);
  await control.close();
};

const makeCatalogue = async (): Promise<void> => {
  const databasePath = join(folder, 'catalog.db');
  await openCatalog({ databasePath, clock: new ManualClock(), log: silentLog }).close();
};

describe('doctor', () => {
  it('finds nothing wrong before the first start, and makes nothing', async () => {
    const { code, ok, finding } = await examine();
    expect([code, ok]).toEqual([0, true]);
    expect(finding('feed kev')?.status).toBe('warning');
    expect(readdirSync(join(folder, '..'))).toEqual([]);
  });

  it('finds nothing wrong with a new installation', async () => {
    await makeControl();
    await makeCatalogue();
    const { code, finding } = await examine();
    expect(code).toBe(0);
    for (const name of ['node', 'data folder', 'control plane', 'keyring', 'ledger', 'catalogue']) {
      expect(finding(name)?.status, name).toBe('ok');
    }
  });

  it.each(['control.db', 'catalog.db'])('finds a damaged %s and says what to do', async (name) => {
    await makeControl();
    await makeCatalogue();
    for (const file of readdirSync(folder)) if (/-(wal|shm)$/.test(file)) rmSync(join(folder, file));
    writeFileSync(join(folder, name), 'this is not a database, but long enough to be read as one'.repeat(100));
    const { code, finding } = await examine();
    const found = finding(name === 'control.db' ? 'control plane' : 'catalogue');
    expect([code, found?.status]).toEqual([1, 'failed']);
    expect(found?.help).toMatch(/backup|rebuilt/);
  });

  it('finds a keyring that is missing or another one', async () => {
    await makeControl();
    expect((await examine({ VULNGATE_PEPPER: 'ab'.repeat(32) })).finding('keyring')).toMatchObject({
      status: 'failed',
    });
    rmSync(join(folder, 'keyring.json'));
    const { code, finding } = await examine();
    expect([code, finding('keyring')?.message]).toEqual([1, expect.stringContaining('missing')]);
    expect(readdirSync(folder)).not.toContain('keyring.json');
  });

  it('finds a data folder that is a file, and certificates that are none', async () => {
    writeFileSync(folder, '');
    expect((await examine()).finding('data folder')).toMatchObject({ status: 'failed' });
    rmSync(folder);
    mkdirSync(folder);
    const pem = join(folder, 'cert.pem');
    writeFileSync(pem, 'nothing');
    expect((await examine({ VULNGATE_TLS_CERT: pem, VULNGATE_TLS_KEY: pem })).finding('transport')?.message).toContain(
      'PEM',
    );
  });

  it('advises nothing but the data folder where that cannot be written', async () => {
    writeFileSync(folder, '');
    for (const env of [{}, { VULNGATE_PEPPER: 'ab'.repeat(32) }]) {
      const { code, finding, advice } = await examine(env);
      expect([code, finding('data folder')?.status]).toEqual([1, 'failed']);
      expect(finding('feed kev')?.message).toBe('the data folder cannot be written; KEV: not loaded yet');
      expect(advice.filter((help) => !help.includes('data folder'))).toEqual([
        'Give this user the right to write there.',
      ]);
    }
  });

  it('warns of an address that others can reach without HTTPS, and of unknown options', async () => {
    const { code, finding } = await examine({ VULNGATE_HOST: '0.0.0.0', VULNGATE_PROT: '1' });
    expect([code, finding('transport')?.status, finding('configuration')?.status]).toEqual([0, 'warning', 'warning']);
  });
});

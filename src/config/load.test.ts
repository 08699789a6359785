/** Risk: a wrong option is taken silently, reported one at a time, or shown with its secret. */
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { AppError } from '../kernel/index.ts';
import { loadConfig, options, testConfig, type ConfigSources } from './index.ts';

const folder = mkdtempSync(join(tmpdir(), 'vulngate-config-'));
const file = (name: string, text: string): string => {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
};

const failure = (sources: ConfigSources): AppError => {
  try {
    loadConfig(sources);
  } catch (error) {
    if (error instanceof AppError) return error;
    throw error;
  }
  throw new Error('the configuration was accepted');
};

describe('loadConfig', () => {
  it('needs nothing: an empty environment gives the embedded database on loopback', () => {
    const config = loadConfig({ env: {} });
    expect(config.server).toMatchObject({ host: '127.0.0.1', port: 8080, tls: { mode: 'none' }, bodyBytesMax: 65_536 });
    expect(config.database).toEqual({ engine: 'sqlite', path: resolve('data/control.db'), durability: 'full' });
    expect(config.keyring).toEqual({
      source: 'file',
      path: resolve('data/keyring.json'),
      pepperPath: resolve('data/pepper'),
    });
    expect(config.admission).toMatchObject({ graceMs: 72 * 3_600_000, usageDetailMs: 30 * 86_400_000 });
    expect(config.catalogue.schedule).toEqual({ mode: 'off' });
    expect(config.warnings).toEqual([]);
  });

  it('parses the example of every option', () => {
    for (const option of options) {
      if (option.kind === 'secret' || option.key === 'tlsCert' || option.key === 'tlsKey') continue;
      expect(() => loadConfig({ env: { [option.env]: option.example } }), option.env).not.toThrow();
    }
  });

  it('lets the command line go before the environment, and the environment before the file', () => {
    const path = file('a.env', 'VULNGATE_PORT=1001\nVULNGATE_HOST=10.0.0.1\nVULNGATE_BODY_LIMIT=2048\n');
    const config = loadConfig({
      env: { VULNGATE_PORT: '1002', VULNGATE_HOST: '10.0.0.2' },
      file: path,
      overrides: { port: '1003' },
    });
    expect(config.server).toMatchObject({ port: 1003, host: '10.0.0.2', bodyBytesMax: 2048 });
  });

  it('reports all problems together, each with what was given and how to fix it', () => {
    const error = failure({
      env: {
        VULNGATE_PORT: '99999',
        VULNGATE_LOG_LEVEL: 'loud',
        VULNGATE_TRUSTED_PROXIES: '10.0.0.0/8,nowhere',
        VULNGATE_FEED_KEV: 'ftp://x',
      },
    });
    expect(error.code).toBe('config.invalid');
    for (const part of [
      'VULNGATE_PORT = "99999"',
      '0 to 65535',
      'VULNGATE_LOG_LEVEL',
      'silent',
      'nowhere',
      'VULNGATE_FEED_KEV',
    ]) {
      expect(error.message).toContain(part);
    }
  });

  it('reports problems of combinations together', () => {
    const error = failure({
      env: { VULNGATE_TLS_CERT: '/nowhere/cert.pem', VULNGATE_PEPPER: 'short', VULNGATE_METRICS_TOKEN: 'tiny' },
    });
    expect(error.message).toContain('VULNGATE_TLS_KEY is missing');
    expect(error.message).toContain('VULNGATE_PEPPER');
    expect(error.message).toContain('VULNGATE_METRICS_TOKEN');
  });

  it('never shows the value of a secret, neither in a problem nor in the configuration', () => {
    const secret = 'canary-0123456789';
    const error = failure({ env: { VULNGATE_PEPPER: secret, VULNGATE_DATABASE_URL: secret } });
    expect(error.message + JSON.stringify(error.detail)).not.toContain('canary');
    const config = loadConfig({
      env: { VULNGATE_DATABASE_URL: `postgres://u:${secret}@h/d`, VULNGATE_METRICS_TOKEN: secret },
    });
    expect(JSON.stringify(config)).not.toContain('canary');
    expect(config.database).toMatchObject({ engine: 'postgres', poolSize: 10 });
  });

  it('reads a secret from the file that NAME_FILE names, without the final newline', () => {
    const path = file('pepper.txt', `${'ab'.repeat(32)}\n`);
    const { keyring } = loadConfig({ env: { VULNGATE_PEPPER_FILE: path } });
    expect(keyring.source === 'pepper' && keyring.value.reveal().toString('hex')).toBe('ab'.repeat(32));
  });

  it('refuses a secret given twice, and a secret file that is empty or missing', () => {
    const token = 'a-token-long-enough';
    expect(failure({ env: { VULNGATE_METRICS_TOKEN: token, VULNGATE_METRICS_TOKEN_FILE: '/x' } }).message).toContain(
      'together',
    );
    expect(failure({ env: { VULNGATE_METRICS_TOKEN_FILE: file('empty', '\n') } }).message).toContain('empty file');
    expect(failure({ env: { VULNGATE_METRICS_TOKEN_FILE: join(folder, 'absent') } }).message).toContain(
      'cannot be read',
    );
    expect(failure({ env: {}, file: join(folder, 'absent.env') }).message).toContain('configuration file');
  });

  it('warns of an unknown VULNGATE_ name with the nearest known one', () => {
    const { warnings } = loadConfig({ env: { VULNGATE_PROT: '1', VULNGATE_SOMETHING_ELSE: '1', PATH: '/bin' } });
    expect(warnings).toEqual([
      'VULNGATE_PROT is not an option; did you mean VULNGATE_PORT?',
      'VULNGATE_SOMETHING_ELSE is not an option',
    ]);
  });

  it('takes an empty value as not given', () => {
    expect(loadConfig({ env: { VULNGATE_PORT: '', VULNGATE_PEPPER: '' } }).server.port).toBe(8080);
  });

  it('turns a lone address of a network list into a range of one', () => {
    expect(testConfig({ outboundAllow: '127.0.0.1, ::1 ,10.0.0.0/8' }).outbound.allow).toEqual([
      '127.0.0.1/32',
      '::1/128',
      '10.0.0.0/8',
    ]);
  });

  it('takes off or hours as schedule', () => {
    expect(testConfig({ sync: '6' }).catalogue.schedule).toEqual({ mode: 'every', hours: 6 });
    expect(testConfig({ sync: 'OFF' }).catalogue.schedule).toEqual({ mode: 'off' });
    expect(failure({ env: { VULNGATE_SYNC: '0' } }).message).toContain('`off` or a whole number from 1 to 168');
  });
});

describe('subscription tiers', () => {
  it('keep what is documented where nothing is changed', () => {
    const { tiers } = testConfig({
      subscriptionTiers: '{"plus":{"credits":0.5,"rateLimit":600},"free":{"rateLimit":null}}',
    }).admission;
    expect(tiers.plus).toMatchObject({
      creditsMillicredits: 500,
      priceCents: 4900,
      rate: { limit: 600, windowMs: 60_000 },
    });
    expect(tiers.free).toMatchObject({ creditsMillicredits: 1_000_000, priceCents: 0, rate: null });
    expect(tiers.enterprise.creditsMillicredits).toBeNull();
  });

  it('are refused with the path of each unknown or wrong field', () => {
    const { message } = failure({
      env: { VULNGATE_SUBSCRIPTION_TIERS: '{"plus":{"credits":-1},"gold":{},"pro":{"cost":1}}' },
    });
    for (const part of ['plus.credits', 'gold', 'cost']) expect(message).toContain(part);
    expect(failure({ env: { VULNGATE_SUBSCRIPTION_TIERS: '{' } }).message).toContain('is not JSON');
  });
});

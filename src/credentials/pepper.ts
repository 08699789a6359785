import { closeSync, fsyncSync, linkSync, mkdirSync, openSync, readFileSync, unlinkSync, writeSync } from 'node:fs';
import { createHmac } from 'node:crypto';
import { dirname } from 'node:path';
import type { PepperConfig } from '../config/index.ts';
import { fail, Secret, type Random } from '../kernel/index.ts';
import type { Db } from '../storage/index.ts';
import type { Peppers } from './digest.ts';
import { findSetting, insertSettingOnce } from './store.ts';

const pepperBytes = 32;
const firstVersion = 1;

/** writeOnce creates the file whole or not at all, readable by its owner only; another process may be faster. */
const writeOnce = (path: string, text: string, random: Random): void => {
  // With PostgreSQL the pepper may be the first thing in the data folder.
  mkdirSync(dirname(path), { recursive: true });
  const draft = `${path}.${random.bytes(6).toString('hex')}`;
  const file = openSync(draft, 'wx', 0o600);
  try {
    writeSync(file, text);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  try {
    linkSync(draft, path);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  } finally {
    unlinkSync(draft);
  }
};

const readPepper = (path: string, random: Random, mayCreate: boolean): Buffer => {
  const read = (): string | null => {
    try {
      return readFileSync(path, 'utf8').trim();
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
      throw fail('config.invalid', { message: `The pepper file ${path} cannot be read`, cause: error });
    }
  };
  let text = read();
  if (text === null && !mayCreate) {
    throw fail('config.pepper_mismatch', {
      message: `The pepper file ${path} is missing, and this database was created with one: put it back`,
    });
  }
  if (text === null) {
    try {
      writeOnce(path, `${random.bytes(pepperBytes).toString('hex')}\n`, random);
    } catch (error) {
      throw fail('storage.unavailable', { message: `The pepper file ${path} cannot be written`, cause: error });
    }
    text = read();
  }
  if (text === null || !/^[0-9a-f]{64}$/.test(text)) {
    throw fail('config.invalid', { message: `The pepper file ${path} is damaged: it must hold 64 hex digits` });
  }
  return Buffer.from(text, 'hex');
};

/**
 * openPeppers reads (or, at the very first start, makes) the pepper and checks it against the database. A database that
 * was used with another pepper, or whose pepper file is lost, fails with `config.pepper_mismatch`: every credential would look wrong.
 */
export const openPeppers = async (config: PepperConfig, db: Db, random: Random): Promise<Peppers> => {
  const key = `pepper_check_${firstVersion}`;
  const isNew = (await findSetting(db, key)) === undefined;
  const value = new Secret(config.source === 'given' ? config.value.reveal() : readPepper(config.path, random, isNew));
  const check = createHmac('sha256', value.reveal()).update('vulngate pepper check').digest('hex');
  await insertSettingOnce(db, key, check);
  if ((await findSetting(db, key)) !== check) {
    throw fail('config.pepper_mismatch', {
      message:
        config.source === 'given'
          ? 'VULNGATE_PEPPER is not the pepper that this database was created with'
          : `The pepper in ${config.path} is not the one that this database was created with`,
    });
  }
  return { current: firstVersion, values: new Map([[firstVersion, value]]) };
};

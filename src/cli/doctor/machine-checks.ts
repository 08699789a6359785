import { existsSync, readFileSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { byteFigure } from '../table.ts';
import type { Check } from './check.ts';
import { folderState } from './data-folder.ts';

const nodeMajor = 26;
const freeBytesWanted = 5_000_000_000;

const nodeCheck: Check = {
  name: 'node',
  run: async () => {
    const version = process.versions.node;
    return Number(version.split('.')[0]) >= nodeMajor
      ? { status: 'ok', message: `Node ${version}`, facts: { version } }
      : {
          status: 'failed',
          message: `Node ${version} is too old`,
          help: `Start through npm, which brings Node ${nodeMajor} along.`,
          facts: { version },
        };
  },
};

const configurationCheck: Check = {
  name: 'configuration',
  run: async ({ config }) =>
    config.warnings.length === 0
      ? { status: 'ok', message: 'no unknown options' }
      : { status: 'warning', message: config.warnings.join('; '), help: 'Correct or remove these variables.' },
};

const folderCheck: Check = {
  name: 'data folder',
  run: async ({ config }) => {
    const folder = config.dataFolder;
    const isThere = existsSync(folder);
    const state = folderState(folder);
    if (state === 'read-only file system') {
      return {
        status: 'failed',
        message: `${folder} ${isThere ? '' : 'cannot be made: it '}is on a read-only file system`,
        help: 'Mount that for writing, or choose another folder with --data.',
      };
    }
    if (state === 'refused') {
      return isThere
        ? { status: 'failed', message: `${folder} cannot be written`, help: 'Give this user the right to write there.' }
        : {
            status: 'failed',
            message: `${folder} does not exist and cannot be made`,
            help: 'Make it, or choose another with --data.',
          };
    }
    if (!isThere) return { status: 'ok', message: `${folder} does not exist yet; the first start makes it` };
    const space = await statfs(folder);
    const freeBytes = space.bavail * space.bsize;
    const message = `${folder}: ${byteFigure(freeBytes)} free`;
    return freeBytes >= freeBytesWanted
      ? { status: 'ok', message, facts: { folder, freeBytes } }
      : {
          status: 'warning',
          message,
          help: `The whole CVE List needs about ${byteFigure(freeBytesWanted)} while it is fetched.`,
          facts: { folder, freeBytes },
        };
  },
};

const tlsCheck: Check = {
  name: 'transport',
  run: async ({ config }) => {
    const { tls, host, trustedProxies } = config.server;
    if (tls.mode === 'files') {
      for (const path of [tls.cert, tls.key]) {
        try {
          if (!readFileSync(path, 'utf8').includes('-----BEGIN')) {
            return { status: 'failed', message: `${path} is not a PEM file`, help: 'Give certificate and key as PEM.' };
          }
        } catch {
          return { status: 'failed', message: `${path} cannot be read`, help: 'Correct the path or its rights.' };
        }
      }
      return { status: 'ok', message: 'HTTPS with certificate files' };
    }
    const isLocal = ['127.0.0.1', 'localhost', '::1'].includes(host);
    return isLocal || trustedProxies.length > 0
      ? { status: 'ok', message: isLocal ? 'plain HTTP for this machine only' : 'HTTPS by a trusted proxy' }
      : {
          status: 'warning',
          message: `listens on ${host} without HTTPS: calls from other machines are refused`,
          help: 'Set VULNGATE_TLS_CERT and VULNGATE_TLS_KEY, or VULNGATE_TRUSTED_PROXIES.',
        };
  },
};

/** machineChecks look at the machine and the configuration. */
export const machineChecks: readonly Check[] = [nodeCheck, configurationCheck, folderCheck, tlsCheck];

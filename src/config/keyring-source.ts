import { join } from 'node:path';
import { Secret } from '../kernel/index.ts';
import type { KeyringConfig } from './sections.ts';
import type { OptionValues, Problem } from './values.ts';

/** keyringOf says where the server's keys are: given whole, derived from a given pepper, or a file in the data folder. */
export const keyringOf = (values: OptionValues, problems: Problem[]): KeyringConfig => {
  if (values.keyring !== null) {
    if (values.pepper !== null) {
      const problem = 'is given together with VULNGATE_PEPPER';
      problems.push({ name: 'VULNGATE_KEYRING', given: null, problem, fix: 'Give one of the two.' });
    }
    return { source: 'given', value: values.keyring };
  }
  if (values.pepper === null) {
    return { source: 'file', path: join(values.data, 'keyring.json'), pepperPath: join(values.data, 'pepper') };
  }
  const bytes = bytesOf(values.pepper.reveal());
  if (bytes.length < 32) {
    const fix = 'Give at least 32 random bytes as hex or base64, for example from: openssl rand -hex 32.';
    problems.push({ name: 'VULNGATE_PEPPER', given: null, problem: 'is not hex or base64 of at least 32 bytes', fix });
  }
  return { source: 'pepper', value: new Secret(bytes) };
};

const bytesOf = (text: string): Buffer => {
  if (/^(?:[0-9a-fA-F]{2})+$/.test(text)) return Buffer.from(text, 'hex');
  return /^[A-Za-z0-9+/_-]+={0,2}$/.test(text) ? Buffer.from(text, 'base64') : Buffer.alloc(0);
};

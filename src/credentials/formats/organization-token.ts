import { randomAlphanumeric } from '../../kernel/index.ts';
import { base62Checksum } from './checksum.ts';
import type { CredentialFormat } from './format.ts';

/**
 * Organisation tokens: `opc_org.`, an id of 12 letters or digits, `.`, a secret of 32. The secret is 26 random characters
 * (154 bits) and the checksum of id and secret in the last 6. The id is the public lookup part.
 */
const pattern = /^opc_org\.([A-Za-z0-9]{12})\.([A-Za-z0-9]{26})([A-Za-z0-9]{6})$/;

const mask = (presented: string): string => `${presented.slice(0, 21)}…`;

export const organizationToken: CredentialFormat = {
  family: 'organization-token',
  shape: /opc_org\.[A-Za-z0-9]{12}\.[A-Za-z0-9]{32}/,
  length: 53,
  mint: (random) => {
    const id = randomAlphanumeric(random, 12);
    const secret = randomAlphanumeric(random, 26);
    const presented = `opc_org.${id}.${secret}${base62Checksum(id + secret)}`;
    return { presented, lookup: id, masked: mask(presented) };
  },
  mask,
  parse: (presented) => {
    if (presented.length !== 53) return null;
    const [, id = '', secret = '', checksum] = pattern.exec(presented) ?? [];
    return checksum !== undefined && base62Checksum(id + secret) === checksum ? { lookup: id } : null;
  },
};

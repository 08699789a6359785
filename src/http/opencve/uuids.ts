import { createHash } from 'node:crypto';

/** The name space of this product's names: random once, fixed for ever. */
const nameSpace = Buffer.from('6f0c2f2f7d0a4a4fb8cf5a3ed2f7b1c4', 'hex');

/**
 * stableUuid gives a thing that has a name but no UUID the same one at every start, on every node (RFC 9562, version 5).
 * `kind` keeps a vendor and a project of one name apart.
 */
export const stableUuid = (kind: string, name: string): string => {
  const bytes = createHash('sha1').update(nameSpace).update(`${kind}/${name}`).digest().subarray(0, 16);
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x50, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  const hex = bytes.toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
};

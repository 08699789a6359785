import { createHash, createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';

const seedBytes = 32;
/** What stands before the seed of an Ed25519 key in PKCS #8 (RFC 8410). */
const pkcs8Prefix = Buffer.from('302e020100300506032b657004220420', 'hex');

/** privateKeyOf builds an Ed25519 private key from its 32-byte seed. */
export const privateKeyOf = (seed: Buffer): KeyObject => {
  if (seed.length !== seedBytes) throw new RangeError(`an Ed25519 seed has ${seedBytes} bytes`);
  return createPrivateKey({ key: Buffer.concat([pkcs8Prefix, seed]), format: 'der', type: 'pkcs8' });
};

/** publicTextOf is the public half of a private key: 32 bytes as base64url, the `x` of a JWK. */
export const publicTextOf = (privateKey: KeyObject): string => {
  const { x } = createPublicKey(privateKey).export({ format: 'jwk' });
  if (x === undefined) throw new TypeError('not an Ed25519 key');
  return x;
};

/** publicKeyOf builds the key that verifies signatures from its base64url text. */
export const publicKeyOf = (text: string): KeyObject =>
  createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: text }, format: 'jwk' });

/** keyIdOf names a public key by its hash, so that nobody can give one key the name of another. */
export const keyIdOf = (publicText: string): string =>
  createHash('sha256').update(Buffer.from(publicText, 'base64url')).digest('base64url').slice(0, 16);

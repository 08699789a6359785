import { sign, verify, type KeyObject } from 'node:crypto';
import { canonicalJson, type CheckpointRow, type Head } from './chain.ts';

/** What signs: the keyring's current key. */
export interface Signer {
  readonly kid: string;
  readonly privateKey: KeyObject;
}

/** The first line keeps the signature from being taken for one of anything else that the key signs. */
const messageOf = ({ seq, at_ms, hash, key_id }: Omit<CheckpointRow, 'signature'>): Buffer =>
  Buffer.from(`vulngate audit checkpoint\n${canonicalJson({ seq, at_ms, hash, key_id })}`);

/** signCheckpoint vouches for the whole chain up to an entry (Ed25519, base64url). */
export const signCheckpoint = (head: Head, atMs: number, { kid, privateKey }: Signer): CheckpointRow => {
  const unsigned = { seq: head.seq, at_ms: atMs, hash: head.hash, key_id: kid };
  return { ...unsigned, signature: sign(null, messageOf(unsigned), privateKey).toString('base64url') };
};

/** isSigned tells whether a checkpoint was signed by the key. */
export const isSigned = (checkpoint: CheckpointRow, key: KeyObject): boolean =>
  verify(null, messageOf(checkpoint), key, Buffer.from(checkpoint.signature, 'base64url'));

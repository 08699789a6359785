import { createCipheriv, createDecipheriv, hkdfSync } from 'node:crypto';
import { fail, Secret, type Random } from '../kernel/index.ts';
import type { PepperVersions } from './keyring.ts';

/** A text that only this keyring opens, and the version of the pepper that it needs for that. */
export interface Sealed {
  readonly sealed: string;
  readonly pepperVersion: number;
}

/** Sealing keeps secrets that the server has to send on, and so cannot keep as digests. */
export interface Sealing {
  /** seal encrypts a text for one place: a row's id, say. Sealed texts do not open anywhere else. */
  seal(text: Secret<string>, place: string): Sealed;
  /** open throws `config.pepper_mismatch` when the keyring has lost the pepper, or the text was changed or moved. */
  open(sealed: Sealed, place: string): Secret<string>;
  /** Whether a text was sealed with the pepper of now; another one should be sealed anew before its pepper goes. */
  isCurrent(sealed: Sealed): boolean;
}

const nonceLength = 12;
const tagLength = 16;

/** createSealing encrypts with AES-256-GCM, by a key of its own that is derived from the pepper. */
export const createSealing = (peppers: PepperVersions, random: Random): Sealing => {
  const keyOf = (version: number): Buffer => {
    const pepper = peppers.values.get(version);
    if (pepper === undefined) {
      throw fail('config.pepper_mismatch', { internal: `a sealed text needs pepper ${version}` });
    }
    return Buffer.from(hkdfSync('sha256', pepper.reveal(), '', 'vulngate sealed text', 32));
  };
  return {
    seal: (text, place) => {
      const pepperVersion = peppers.current;
      const nonce = random.bytes(nonceLength);
      const cipher = createCipheriv('aes-256-gcm', keyOf(pepperVersion), nonce, { authTagLength: tagLength });
      cipher.setAAD(Buffer.from(place));
      const body = [cipher.update(text.reveal(), 'utf8'), cipher.final()];
      return { sealed: Buffer.concat([nonce, ...body, cipher.getAuthTag()]).toString('base64url'), pepperVersion };
    },
    open: ({ sealed, pepperVersion }, place) => {
      const bytes = Buffer.from(sealed, 'base64url');
      const key = keyOf(pepperVersion);
      try {
        const nonce = bytes.subarray(0, nonceLength);
        const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: tagLength });
        decipher.setAAD(Buffer.from(place));
        decipher.setAuthTag(bytes.subarray(-tagLength));
        const body = [decipher.update(bytes.subarray(nonceLength, -tagLength)), decipher.final()];
        return new Secret(Buffer.concat(body).toString('utf8'));
      } catch (error) {
        throw fail('config.pepper_mismatch', { internal: `a sealed text of ${place} does not open`, cause: error });
      }
    },
    isCurrent: ({ pepperVersion }) => pepperVersion === peppers.current,
  };
};

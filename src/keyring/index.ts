/**
 * The keyring: the server's own keys. It owns the peppers of the credential digests, by version, and the Ed25519 keys that
 * sign sessions and checkpoints of the audit log, by kid; where they are kept; their rotation; and the encryption of what the
 * server must be able to read again (`createSealing`).
 *
 * Invariants: the file is readable by its owner only and is replaced in one step; a rotation breaks nothing: old peppers
 * and old public keys stay, old private keys do not; a running server notices a rotation by itself, at the next key that it
 * signs with or does not know; nothing secret is logged or shown.
 *
 * It knows no database and no credential. Fails with `config.invalid` for a damaged keyring, `config.pepper_mismatch` for a lost one, `keyring.read_only` where the
 * configuration gives the keys, `keyring.in_use`, `storage.unavailable` and `storage.busy` for the file.
 */
export {
  openKeyring,
  restoreKeys,
  type Keyring,
  type KeyringSource,
  type KeyringStatus,
  type PepperVersions,
  type SigningKey,
} from './keyring.ts';
export { createSealing, type Sealed, type Sealing } from './sealing.ts';
export { keyIdOf, publicKeyOf } from './signing-key.ts';

import type { KeyObject } from 'node:crypto';
import { fail, Secret, type Clock, type Random } from '../kernel/index.ts';
import {
  derivedContent,
  newContent,
  parseContent,
  textOf,
  withNewPepper,
  withNewSigningKey,
  withoutPepper,
  type KeyringContent,
} from './content.ts';
import { createText, readText, replaceText, stampOf } from './keyring-file.ts';
import { privateKeyOf, publicKeyOf } from './signing-key.ts';

/** Where the keys come from. */
export type KeyringSource =
  /** The whole keyring as text, for a fleet; changed where it is kept. */
  | { readonly source: 'given'; readonly value: Secret<string> }
  /** A pepper only; the signing key is derived from it. */
  | { readonly source: 'pepper'; readonly value: Secret<Buffer> }
  /** A file, made at the first start; `pepperPath` is an older installation's pepper, taken over as version 1. */
  | { readonly source: 'file'; readonly path: string; readonly pepperPath: string };

/** A key that signs: Ed25519, named by its `kid`. */
export interface SigningKey {
  readonly kid: string;
  readonly privateKey: KeyObject;
}

/** What a keyring holds, without anything secret. Times are epoch milliseconds; 0 when the configuration gives the keys. */
export interface KeyringStatus {
  readonly source: KeyringSource['source'];
  /** For people: the path, or the name of the option. */
  readonly place: string;
  readonly peppers: readonly {
    readonly version: number;
    readonly state: 'current' | 'old';
    readonly createdAtMs: number;
  }[];
  readonly signingKeys: readonly {
    readonly kid: string;
    readonly state: 'current' | 'old';
    /** 32 bytes, base64url. */
    readonly publicKey: string;
    readonly createdAtMs: number;
  }[];
}

/** The peppers by version; asks the file again for a version that is not known yet. */
export interface PepperVersions {
  readonly current: number;
  readonly values: { get(version: number): Secret<Buffer> | undefined };
}

export interface Keyring {
  readonly peppers: PepperVersions;
  /** signing returns the key that signs now. */
  signing(): SigningKey;
  /** publicKey returns the key that verifies what `kid` signed, now or before a rotation; null for a kid of nobody. */
  publicKey(kid: string): KeyObject | null;
  status(): KeyringStatus;
  /** rotatePepper adds a pepper for new credentials and returns its version. Fails when the configuration gives the keys. */
  rotatePepper(): number;
  /** rotateSigningKey replaces the key that signs and returns the new kid; the old one goes on verifying. */
  rotateSigningKey(): string;
  /** dropPepper removes an old pepper. Throws `keyring.in_use` for the current one. */
  dropPepper(version: number): void;
  /** reload reads the file again; nothing to do for keys of the configuration. */
  reload(): void;
  /** text is the whole keyring, for VULNGATE_KEYRING and for backups. */
  text(): Secret<string>;
}

interface Loaded {
  readonly content: KeyringContent;
  readonly peppers: ReadonlyMap<number, Secret<Buffer>>;
  readonly currentPepper: number;
  readonly publicKeys: ReadonlyMap<string, KeyObject>;
  readonly signing: SigningKey;
}

const loadedOf = (content: KeyringContent): Loaded => {
  const signer = content.signingKeys.find(({ seed }) => seed !== null);
  if (signer?.seed === undefined || signer.seed === null) {
    throw fail('internal.unexpected', { internal: 'a keyring without a signing key' });
  }
  return {
    content,
    peppers: new Map(content.peppers.map(({ version, value }) => [version, new Secret(value)])),
    currentPepper: Math.max(...content.peppers.map(({ version }) => version)),
    publicKeys: new Map(content.signingKeys.map(({ kid, publicText }) => [kid, publicKeyOf(publicText)])),
    signing: { kid: signer.kid, privateKey: privateKeyOf(signer.seed) },
  };
};

const readOldPepper = (path: string): Buffer | null => {
  const text = readText(path)?.trim() ?? null;
  if (text === null) return null;
  if (!/^[0-9a-f]{64}$/.test(text)) {
    throw fail('config.invalid', { message: `The pepper file ${path} is damaged: it must hold 64 hex digits` });
  }
  return Buffer.from(text, 'hex');
};

const lost = (path: string, pepperPath: string | null): Error =>
  fail('config.pepper_mismatch', {
    message:
      pepperPath === null
        ? `The keyring ${path} is missing, and this database was used with one: put it back`
        : `The pepper in ${pepperPath} is not the one that this database was used with`,
  });

const placeOf = (source: KeyringSource): string =>
  source.source === 'file' ? source.path : source.source === 'given' ? 'VULNGATE_KEYRING' : 'VULNGATE_PEPPER';

/**
 * openKeyring reads the keys, and makes them at the very first start. Throws `config.invalid` for a damaged keyring,
 * `config.pepper_mismatch` for a lost one that must not be made anew, and `storage.unavailable` when the file cannot be
 * written.
 */
export const openKeyring = (deps: {
  readonly source: KeyringSource;
  readonly random: Random;
  readonly clock: Clock;
  /** Whether a missing file may be made with an older installation's pepper, or (null) with a new one. Default: yes. */
  readonly mayMake?: (pepper: Buffer | null) => boolean;
}): Keyring => {
  const { source, random, clock, mayMake = () => true } = deps;
  const place = placeOf(source);
  let stamp: string | null = null;

  const readFile = (path: string, pepperPath: string): KeyringContent => {
    stamp = stampOf(path);
    let text = readText(path);
    if (text === null) {
      const pepper = readOldPepper(pepperPath);
      if (!mayMake(pepper)) throw lost(path, pepper === null ? null : pepperPath);
      createText(path, textOf(newContent(random, clock.nowMs(), pepper)), random);
      stamp = stampOf(path);
      text = readText(path);
    }
    return parseContent(text ?? '', place);
  };
  const read = (): KeyringContent => {
    switch (source.source) {
      case 'given':
        return parseContent(source.value.reveal(), place);
      case 'pepper':
        return derivedContent(source.value.reveal());
      case 'file':
        return readFile(source.path, source.pepperPath);
    }
  };

  let loaded = loadedOf(read());
  const reload = (): void => {
    if (source.source === 'file') loaded = loadedOf(read());
  };
  /** Another process may have rotated a key: looking at the file's date costs microseconds. */
  const refresh = (): Loaded => {
    if (source.source === 'file') {
      const now = stampOf(source.path);
      if (now !== null && now !== stamp) reload();
    }
    return loaded;
  };

  const change = (how: (content: KeyringContent) => KeyringContent): Loaded => {
    if (source.source !== 'file') {
      throw fail('keyring.read_only', { message: `The keys come from ${place} and must be changed there` });
    }
    const changed = (text: string): string => textOf(how(parseContent(text, place)));
    replaceText(source.path, changed, random, clock.nowMs());
    reload();
    return loaded;
  };

  return {
    peppers: {
      get current() {
        return refresh().currentPepper;
      },
      values: { get: (version) => loaded.peppers.get(version) ?? refresh().peppers.get(version) },
    },
    signing: () => refresh().signing,
    publicKey: (kid) => loaded.publicKeys.get(kid) ?? refresh().publicKeys.get(kid) ?? null,
    status: () => {
      const { content, currentPepper, signing } = refresh();
      return {
        source: source.source,
        place,
        peppers: content.peppers.map(({ version, createdAtMs }) => ({
          version,
          state: version === currentPepper ? 'current' : 'old',
          createdAtMs,
        })),
        signingKeys: content.signingKeys.map(({ kid, publicText, createdAtMs }) => ({
          kid,
          state: kid === signing.kid ? 'current' : 'old',
          publicKey: publicText,
          createdAtMs,
        })),
      };
    },
    rotatePepper: () => change((content) => withNewPepper(content, random, clock.nowMs())).currentPepper,
    rotateSigningKey: () => change((content) => withNewSigningKey(content, random, clock.nowMs())).signing.kid,
    dropPepper: (version) => {
      if (refresh().currentPepper === version) {
        throw fail('keyring.in_use', { message: `Pepper ${version} is the one for new credentials` });
      }
      change((content) => withoutPepper(content, version));
    },
    reload,
    text: () => new Secret(textOf(refresh().content)),
  };
};

/** restoreKeys puts a keyring where there is none. Throws `config.invalid` for a damaged one. */
export const restoreKeys = (path: string, text: string, random: Random): void => {
  parseContent(text, 'The keyring of the backup');
  createText(path, text, random);
};

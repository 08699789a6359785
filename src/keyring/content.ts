import { hkdfSync } from 'node:crypto';
import { z } from 'zod';
import { fail, type Random } from '../kernel/index.ts';
import { keyIdOf, privateKeyOf, publicTextOf } from './signing-key.ts';

export interface PepperEntry {
  readonly version: number;
  readonly value: Buffer;
  readonly createdAtMs: number;
}

export interface SigningEntry {
  readonly kid: string;
  /** 32 bytes, base64url. */
  readonly publicText: string;
  /** The seed of the private key; null for an old key, which only verifies. */
  readonly seed: Buffer | null;
  readonly createdAtMs: number;
}

/** What a keyring holds: at least one pepper, and signing keys of which exactly one can sign. */
export interface KeyringContent {
  readonly peppers: readonly PepperEntry[];
  readonly signingKeys: readonly SigningEntry[];
}

const Stored = z.strictObject({
  format: z.literal('vulngate-keyring'),
  version: z.literal(1),
  peppers: z
    .array(
      z.strictObject({
        version: z.int().min(1),
        value: z.string().regex(/^(?:[0-9a-f]{2}){32,}$/),
        created_at: z.iso.datetime(),
      }),
    )
    .min(1),
  signing_keys: z
    .array(
      z.strictObject({
        kid: z.string().min(1),
        public: z.string().regex(/^[\w-]{43}$/),
        private: z
          .string()
          .regex(/^[\w-]{43}$/)
          .nullable(),
        created_at: z.iso.datetime(),
      }),
    )
    .min(1),
});

/** textOf is a keyring as text: what the file holds, and what VULNGATE_KEYRING takes. It is secret. */
export const textOf = ({ peppers, signingKeys }: KeyringContent): string => {
  const stored: z.infer<typeof Stored> = {
    format: 'vulngate-keyring',
    version: 1,
    peppers: peppers.map(({ version, value, createdAtMs }) => ({
      version,
      value: value.toString('hex'),
      created_at: new Date(createdAtMs).toISOString(),
    })),
    signing_keys: signingKeys.map(({ kid, publicText, seed, createdAtMs }) => ({
      kid,
      public: publicText,
      private: seed?.toString('base64url') ?? null,
      created_at: new Date(createdAtMs).toISOString(),
    })),
  };
  return `${JSON.stringify(stored, null, 2)}\n`;
};

/** parseContent reads a keyring. Throws `config.invalid` that names the place and never shows what stands there. */
export const parseContent = (text: string, place: string): KeyringContent => {
  const damaged = (problem: string): Error => fail('config.invalid', { message: `${place} is damaged: ${problem}` });
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw damaged('it is not JSON');
  }
  const parsed = Stored.safeParse(json);
  if (!parsed.success) throw damaged(`wrong ${parsed.error.issues.map((issue) => issue.path.join('.')).join(', ')}`);
  const peppers = parsed.data.peppers
    .map((each) => ({
      version: each.version,
      value: Buffer.from(each.value, 'hex'),
      createdAtMs: Date.parse(each.created_at),
    }))
    .toSorted((a, b) => a.version - b.version);
  if (new Set(peppers.map(({ version }) => version)).size < peppers.length) throw damaged('a pepper version twice');
  const signingKeys = parsed.data.signing_keys.map((each) => ({
    kid: each.kid,
    publicText: each.public,
    seed: each.private === null ? null : Buffer.from(each.private, 'base64url'),
    createdAtMs: Date.parse(each.created_at),
  }));
  for (const key of signingKeys) {
    const isWhole = key.seed === null || publicTextOf(privateKeyOf(key.seed)) === key.publicText;
    if (!isWhole || keyIdOf(key.publicText) !== key.kid)
      throw damaged(`the signing key ${key.kid} does not fit itself`);
  }
  if (signingKeys.filter(({ seed }) => seed !== null).length !== 1) throw damaged('exactly one signing key must sign');
  return { peppers, signingKeys };
};

/** signingEntryOf is the key with the given 32-byte seed. */
export const signingEntryOf = (seed: Buffer, createdAtMs: number): SigningEntry => {
  const publicText = publicTextOf(privateKeyOf(seed));
  return { kid: keyIdOf(publicText), publicText, seed, createdAtMs };
};

/** newContent is a keyring with one pepper (the given one, or a new one) and one new signing key. */
export const newContent = (random: Random, nowMs: number, pepper: Buffer | null): KeyringContent => ({
  peppers: [{ version: 1, value: pepper ?? random.bytes(32), createdAtMs: nowMs }],
  signingKeys: [signingEntryOf(random.bytes(32), nowMs)],
});

/**
 * derivedContent is the keyring of a server that was given nothing but a pepper. The signing key is derived from it, so
 * that every node with the same pepper accepts the others' sessions.
 */
export const derivedContent = (pepper: Buffer): KeyringContent => {
  const seed = Buffer.from(hkdfSync('sha256', pepper, '', 'vulngate signing key 1', 32));
  return { peppers: [{ version: 1, value: pepper, createdAtMs: 0 }], signingKeys: [signingEntryOf(seed, 0)] };
};

/** withNewPepper adds a pepper; the newest is the one for new credentials. */
export const withNewPepper = (content: KeyringContent, random: Random, nowMs: number): KeyringContent => ({
  ...content,
  peppers: [
    ...content.peppers,
    {
      version: Math.max(...content.peppers.map(({ version }) => version)) + 1,
      value: random.bytes(32),
      createdAtMs: nowMs,
    },
  ],
});

/** withNewSigningKey adds a signing key and forgets how to sign with the others: they go on verifying. */
export const withNewSigningKey = (content: KeyringContent, random: Random, nowMs: number): KeyringContent => ({
  ...content,
  signingKeys: [...content.signingKeys.map((key) => ({ ...key, seed: null })), signingEntryOf(random.bytes(32), nowMs)],
});

/** withoutPepper removes an old pepper: credentials that were issued under it are invalid from then on. */
export const withoutPepper = (content: KeyringContent, version: number): KeyringContent => ({
  ...content,
  peppers: content.peppers.filter((each) => each.version !== version),
});

import type { Option } from './option.ts';

/** keyOptions are the options of the server's own keys and of the audit log: rows of the one table in `options.ts`. */
export const keyOptions = [
  {
    key: 'pepper',
    env: 'VULNGATE_PEPPER',
    section: 'credentials',
    kind: 'secret',
    default: null,
    description:
      'Key of the credential digests: at least 32 bytes as hex or base64. Several nodes need the same one; the key that signs sessions is then derived from it. Not set: the keyring in the data folder, made at the first start.',
    example: '7f0c…64 hex digits…',
  },
  {
    key: 'keyring',
    env: 'VULNGATE_KEYRING',
    section: 'credentials',
    kind: 'secret',
    default: null,
    description:
      'The whole keyring as `keys export` wrote it: every pepper and signing key. For several nodes whose keys are rotated. Not together with VULNGATE_PEPPER.',
    example: '{"format":"vulngate-keyring",…}',
  },
  {
    key: 'auditCheckpointEntries',
    env: 'VULNGATE_AUDIT_CHECKPOINT_ENTRIES',
    section: 'audit',
    kind: 'integer',
    default: '1000',
    minimum: 1,
    maximum: 1_000_000,
    description: 'Entries of the audit log after which a server signs a checkpoint.',
    example: '100',
  },
  {
    key: 'auditCheckpointMinutes',
    env: 'VULNGATE_AUDIT_CHECKPOINT_MINUTES',
    section: 'audit',
    kind: 'integer',
    default: '10',
    minimum: 1,
    maximum: 1440,
    description: 'Minutes after which a server signs a checkpoint when there are new entries.',
    example: '1',
  },
] as const satisfies readonly Option[];

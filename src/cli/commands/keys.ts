import { open } from 'node:fs/promises';
import { dropPepper, openPeppers, pepperUse } from '../../credentials/index.ts';
import { fail, operatorActor } from '../../kernel/index.ts';
import { openParts, type Parts } from '../../parts.ts';
import { answer } from '../answer.ts';
import { chooseVerb, parseArguments, required } from '../arguments.ts';
import type { Command, CommandContext } from '../command.ts';
import { instantText, onePath, readChoice } from '../values.ts';

type Verb = (context: CommandContext, parts: Parts, args: readonly string[]) => Promise<void>;

const made = (createdAtMs: number): string | null => (createdAtMs === 0 ? null : instantText(createdAtMs));

const status: Verb = async (context, parts, args) => {
  parseArguments(args, {});
  const { source, place, peppers, signingKeys } = parts.keyring.status();
  const use = await pepperUse(parts.control.db, context.clock.nowMs());
  answer(context, {
    source,
    place,
    peppers: peppers.map(({ version, state, createdAtMs }) => {
      const used = use.find((each) => each.version === version);
      const { credentials = 0, alive = 0 } = used ?? {};
      return { version, state, created_at: made(createdAtMs), credentials, alive };
    }),
    signing_keys: signingKeys.map(({ kid, state, publicKey, createdAtMs }) => ({
      kid,
      state,
      public_key: publicKey,
      created_at: made(createdAtMs),
    })),
  });
};

const recordKeys = (parts: Parts, action: string, kind: string, id: string): Promise<void> =>
  parts.audit.record(parts.control.db, {
    actor: operatorActor,
    scope: { kind: 'system', id: '' },
    action,
    object: { kind, id },
  });

const rotate: Verb = async (context, parts, args) => {
  const { values } = parseArguments(args, { what: { type: 'string' } });
  const what = readChoice('what', required('what', values.what), ['pepper', 'signing']);
  if (what === 'signing') {
    const kid = parts.keyring.rotateSigningKey();
    await recordKeys(parts, 'keyring.rotated', 'signing_key', kid);
    answer(context, { rotated: what, kid });
    return;
  }
  const version = parts.keyring.rotatePepper();
  await openPeppers(parts.keyring, parts.control.db);
  await recordKeys(parts, 'keyring.rotated', 'pepper', String(version));
  answer(context, { rotated: what, version });
};

const drop: Verb = async (context, parts, args) => {
  const { values } = parseArguments(args, { pepper: { type: 'string' } });
  const version = Number(required('pepper', values.pepper));
  if (!parts.keyring.status().peppers.some((each) => each.version === version)) {
    throw fail('cli.usage', { message: `There is no pepper ${values.pepper ?? ''}; see keys status` });
  }
  // What is encrypted by way of it must be readable afterwards.
  await parts.watch.notifications.sealAnew(parts.keyring.peppers.current);
  await dropPepper(parts.keyring, parts.control.db, version, context.clock.nowMs());
  await recordKeys(parts, 'keyring.pepper_dropped', 'pepper', String(version));
  answer(context, { dropped: version });
};

const exportKeys: Verb = async (context, parts, args) => {
  const path = onePath(parseArguments(args, {}, true).positionals);
  const file = await open(path, 'wx', 0o600);
  try {
    await file.writeFile(parts.keyring.text().reveal());
  } finally {
    await file.close();
  }
  await recordKeys(parts, 'keyring.exported', 'keyring', '');
  answer(context, { file: path });
};

export const keysCommand: Command = {
  name: 'keys',
  summary: 'show and rotate the peppers and signing keys',
  usage: [
    'keys status',
    'keys rotate --what pepper|signing',
    'keys drop --pepper VERSION',
    'keys export <file>',
    '',
    'rotate: servers on the same data folder notice by themselves; credentials and sessions go on working.',
    'drop: removes an old pepper that no living credential needs.',
    'export: the keyring for VULNGATE_KEYRING_FILE of several nodes; the file is secret.',
  ].join('\n'),
  run: async (context, args) => {
    const { verb, rest } = chooseVerb(args, { status, rotate, drop, export: exportKeys });
    const parts = await openParts(context);
    try {
      await verb(context, parts, rest);
      return 0;
    } finally {
      await parts.close();
    }
  },
};

import { existsSync } from 'node:fs';
import { restoreKeys } from '../../keyring/index.ts';
import { fail, operatorActor } from '../../kernel/index.ts';
import { openParts } from '../../parts.ts';
import { answer } from '../answer.ts';
import { parseArguments } from '../arguments.ts';
import { restoreInto } from '../backup/restore.ts';
import type { Command, CommandContext } from '../command.ts';
import { onePath } from '../values.ts';

/** placeKeys puts the backup's keys where the configuration has none yet; keys that are there stay. */
const placeKeys = (context: CommandContext, text: string | null): 'restored' | 'present' | 'missing' => {
  const { keyring } = context.config;
  if (keyring.source !== 'file' || existsSync(keyring.path)) return 'present';
  if (text === null) return existsSync(keyring.pepperPath) ? 'present' : 'missing';
  restoreKeys(keyring.path, text, context.random);
  return 'restored';
};

/** restoreCommand loads a backup into an empty control plane and checks what was loaded. */
export const restoreCommand: Command = {
  name: 'restore',
  summary: 'load a backup into an empty control plane',
  usage: `restore <file> [--json]

Checks the whole file first and changes nothing unless the control plane is empty. Afterwards the keys,
the ledger and the audit log are verified; exit code 1 when one of them is not right.`,
  run: async (context, args) => {
    const { positionals } = parseArguments(args, {}, true);
    const path = onePath(positionals);
    const content = await restoreInto(path, context.config.database, context.log);
    const keys = placeKeys(context, content.keyring?.reveal() ?? null);
    if (keys === 'missing') {
      answer(context, { file: path, rows: content.rows, keys, created_at: content.header.created_at });
      throw fail('config.pepper_mismatch', {
        message: 'Everything was restored, but the keyring is missing: put keyring.json into the data folder',
      });
    }
    const parts = await openParts(context);
    try {
      const ledger = (await parts.admission.discrepancies()).length === 0;
      const { ok: audit } = await parts.audit.verify();
      await parts.audit.record(parts.control.db, {
        actor: operatorActor,
        scope: { kind: 'system', id: '' },
        action: 'backup.restored',
        object: { kind: 'backup', id: '' },
        after: { rows: content.rows, created_at: content.header.created_at },
      });
      const { created_at: createdAt } = content.header;
      answer(context, { file: path, rows: content.rows, keys, created_at: createdAt, ledger, audit });
      return ledger && audit ? 0 : 1;
    } finally {
      await parts.close();
    }
  },
};

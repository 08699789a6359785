import { operatorActor } from '../../kernel/index.ts';
import { openParts } from '../../parts.ts';
import { answer } from '../answer.ts';
import { parseArguments } from '../arguments.ts';
import { writeBackup } from '../backup/write-backup.ts';
import { onePath } from '../values.ts';
import type { Command } from '../command.ts';

/** backupCommand writes the control plane into one file, while servers go on working. */
export const backupCommand: Command = {
  name: 'backup',
  summary: 'write the control plane into one file',
  usage: `backup <file> [--with-keys] [--json]

Writes everything but the catalogue (import or sync rebuilds it) and the mails as of one moment; servers
go on. The file fits both engines. Without --with-keys, keep the keyring elsewhere: no credential can be
verified without it.`,
  run: async (context, args) => {
    const { values, positionals } = parseArguments(args, { 'with-keys': { type: 'boolean' } }, true);
    const path = onePath(positionals);
    const withKeys = values['with-keys'] === true;
    const parts = await openParts(context);
    try {
      const summary = await writeBackup({
        db: parts.control.db,
        path,
        clock: context.clock,
        random: context.random,
        keys: withKeys ? parts.keyring.text() : null,
      });
      await parts.audit.record(parts.control.db, {
        actor: operatorActor,
        scope: { kind: 'system', id: '' },
        action: 'backup.written',
        object: { kind: 'backup', id: '' },
        after: { rows: summary.rows, with_keys: withKeys },
      });
      answer(context, { file: path, ...summary, keys: withKeys });
      return 0;
    } finally {
      await parts.close();
    }
  },
};

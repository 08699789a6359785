import { existsSync, statSync } from 'node:fs';
import { createAdmission } from '../../admission/index.ts';
import { createAudit } from '../../audit/index.ts';
import type { Config } from '../../config/index.ts';
import { keyringMaking, openPeppers } from '../../credentials/index.ts';
import { openKeyring } from '../../keyring/index.ts';
import { controlSchemaVersion, openControl, type Control } from '../../storage/index.ts';
import type { CommandContext } from '../command.ts';
import { figure } from '../table.ts';
import type { Check, Finding } from './check.ts';
import { checkFile } from './file-store.ts';

/** The control plane if it exists: looking must not make one. */
const isPresent = ({ config }: CommandContext): boolean =>
  config.database.engine === 'postgres' || existsSync(config.database.path);

const isEmbedded = ({ database }: Config): boolean => database.engine === 'sqlite';

const absent: Finding = { status: 'ok', message: 'no control plane yet; the first start makes it' };

const withControl = async (context: CommandContext, look: (control: Control) => Promise<Finding>): Promise<Finding> => {
  if (!isPresent(context)) return absent;
  const control = await openControl(context.config.database, context.log);
  try {
    return await look(control);
  } finally {
    await control.close();
  }
};

const databaseCheck: Check = {
  name: 'control plane',
  isInFolder: isEmbedded,
  run: async (context) => {
    const { database } = context.config;
    if (database.engine === 'sqlite' && isPresent(context)) {
      const problems = checkFile(database.path);
      if (problems.length > 0) {
        return { status: 'failed', message: `${database.path}: ${problems.join('; ')}`, help: 'Restore a backup.' };
      }
    }
    return withControl(context, async () => ({
      status: 'ok',
      message: `${database.engine === 'sqlite' ? database.path : 'PostgreSQL'}, schema version ${controlSchemaVersion}`,
      facts: { engine: database.engine, schemaVersion: controlSchemaVersion, durability: database.durability },
    }));
  },
};

const keyringCheck: Check = {
  name: 'keyring',
  isInFolder: (config) => isEmbedded(config) || config.keyring.source === 'file',
  run: async (context) => {
    const { config, random, clock } = context;
    const source = config.keyring;
    if (source.source === 'file' && !existsSync(source.path) && !existsSync(source.pepperPath)) {
      return isPresent(context) && config.database.engine === 'sqlite'
        ? {
            status: 'failed',
            message: `${source.path} is missing, but the control plane was used with a keyring`,
            help: 'Restore the file from the backup: no credential can be verified without it.',
          }
        : { status: 'ok', message: 'no keyring yet; the first start makes it' };
    }
    return withControl(context, async (control) => {
      const keyring = openKeyring({ source, random, clock, mayMake: await keyringMaking(control.db) });
      await openPeppers(keyring, control.db);
      const { place, peppers, signingKeys } = keyring.status();
      const openTo = source.source === 'file' ? statSync(source.path).mode & 0o077 : 0;
      const message = `${place}: ${peppers.length} peppers, ${signingKeys.length} signing keys`;
      return openTo === 0
        ? { status: 'ok', message, facts: { peppers: peppers.length, signingKeys: signingKeys.length } }
        : { status: 'warning', message: `${place} can be read by others`, help: 'Run chmod 600 on it.' };
    });
  },
};

const ledgerCheck: Check = {
  name: 'ledger',
  isInFolder: isEmbedded,
  run: async (context) =>
    withControl(context, async (control) => {
      const { clock, log, config } = context;
      const admission = createAdmission({ control, clock, log, durability: config.database.durability });
      try {
        const differing = await admission.discrepancies();
        return differing.length === 0
          ? { status: 'ok', message: 'equals the sum of usage for every owner' }
          : {
              status: 'failed',
              message: `differs from the sum of usage for ${figure(differing.length)} owners, first ${differing[0]?.ownerId ?? ''}`,
              help: 'Keep a copy of the database and report this: it must never happen.',
              facts: { owners: differing.length },
            };
      } finally {
        await admission.close();
      }
    }),
};

const auditCheck: Check = {
  name: 'audit log',
  isInFolder: isEmbedded,
  run: async (context) =>
    withControl(context, async (control) => {
      const { clock, random, log, config } = context;
      const source = config.keyring;
      if (source.source === 'file' && !existsSync(source.path)) {
        return { status: 'warning', message: 'cannot be verified without the keyring' };
      }
      const keyring = openKeyring({ source, random, clock });
      const audit = createAudit({ control, clock, random, log, keyring, ...config.audit });
      const { entries, provenSeq, findings } = await audit.verify();
      const first = findings[0];
      return first === undefined
        ? {
            status: 'ok',
            message: `${figure(entries)} entries, signed up to ${figure(provenSeq)}`,
            facts: { entries, provenSeq },
          }
        : {
            status: 'failed',
            message: `${first.message} (${first.kind})`,
            help: 'Keep a copy of the database; audit verify shows all findings.',
            facts: { seq: first.seq, kind: first.kind },
          };
    }),
};

/** controlChecks look at the control plane: the database, the keyring, the ledger and the audit log. */
export const controlChecks: readonly Check[] = [databaseCheck, keyringCheck, ledgerCheck, auditCheck];

import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { verifyExport, type AuditRecord, type AuditReport, type ExportKey } from '../../audit/index.ts';
import { fail } from '../../kernel/index.ts';
import { keyIdOf, publicKeyOf } from '../../keyring/index.ts';
import { openParts } from '../../parts.ts';
import { answer } from '../answer.ts';
import { chooseVerb, parseArguments } from '../arguments.ts';
import type { Command, CommandContext } from '../command.ts';
import { linesOf } from '../lines.ts';
import { formatTable } from '../table.ts';
import { instantText, onePath, readChoice, readInstant } from '../values.ts';

const scopeKinds = ['project', 'organization', 'account', 'subscription', 'system'] as const;
const actorKinds = ['user', 'credential', 'system', 'operator'] as const;

const readScope = (text: string) => {
  const [kind = '', id = ''] = text.split(':');
  return { kind: readChoice('scope', kind, scopeKinds), id };
};

const readWhole = (name: string, text: string): number => {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw fail('cli.usage', { message: `--${name} needs a whole number, not '${text}'` });
};

const shown = (record: AuditRecord) => ({
  seq: record.seq,
  at: instantText(record.atMs),
  scope: record.scope,
  actor: record.actor,
  action: record.action,
  object: record.object,
  before: record.before,
  after: record.after,
  correlation_id: record.correlationId,
  personal: record.personal,
  erased: record.isErased,
});

const list = async (context: CommandContext, args: readonly string[]): Promise<number> => {
  const text = { type: 'string' } as const;
  const { values } = parseArguments(args, {
    scope: text,
    action: text,
    'actor-kind': text,
    'actor-id': text,
    'actor-email': text,
    after: text,
    before: text,
    page: text,
    limit: text,
  });
  const query = {
    ...(values.scope === undefined ? {} : { scope: readScope(values.scope) }),
    ...(values.action === undefined ? {} : { action: values.action }),
    ...(values['actor-kind'] === undefined
      ? {}
      : { actorKind: readChoice('actor-kind', values['actor-kind'], actorKinds) }),
    ...(values['actor-id'] === undefined ? {} : { actorId: values['actor-id'] }),
    ...(values['actor-email'] === undefined ? {} : { actorEmail: values['actor-email'] }),
    ...(values.after === undefined ? {} : { afterMs: readInstant('after', values.after) }),
    ...(values.before === undefined ? {} : { beforeMs: readInstant('before', values.before) }),
    page: readWhole('page', values.page ?? '1'),
    pageSize: readWhole('limit', values.limit ?? '25'),
  };
  const parts = await openParts(context);
  try {
    const { items, count } = await parts.audit.list(query);
    if (context.json) answer(context, { count, entries: items.map(shown) });
    else {
      const rows = items.map(({ seq, atMs, actor, action, object, scope }) => [
        String(seq),
        instantText(atMs) ?? '',
        actor.name ?? (actor.id === '' ? actor.kind : actor.id),
        action,
        `${object.kind} ${object.name ?? object.id}`,
        `${scope.kind} ${scope.id}`,
      ]);
      context.stdout.write(formatTable(['seq', 'at', 'who', 'action', 'what', 'log of'], rows));
    }
    return 0;
  } finally {
    await parts.close();
  }
};

const readAnchor = (text: string) => {
  const match = /^(\d{1,15}):([0-9a-f]{64})$/.exec(text);
  if (match === null)
    throw fail('cli.usage', { message: '--expect needs <seq>:<hash>, as the log of checkpoints shows it' });
  return { seq: Number(match[1]), hash: match[2] ?? '' };
};

const readKey = (text: string): ExportKey => {
  if (!/^[\w-]{43}$/.test(text)) throw fail('cli.usage', { message: '--public-key needs 43 characters of base64url' });
  return { kid: keyIdOf(text), publicKey: text };
};

const verifyLog = async (
  context: CommandContext,
  anchors: readonly ReturnType<typeof readAnchor>[],
): Promise<AuditReport> => {
  const parts = await openParts(context);
  try {
    return await parts.audit.verify(anchors);
  } finally {
    await parts.close();
  }
};

const verify = async (context: CommandContext, args: readonly string[]): Promise<number> => {
  const several = { type: 'string', multiple: true } as const;
  const { values } = parseArguments(args, { file: { type: 'string' }, 'public-key': several, expect: several });
  const anchors = (values.expect ?? []).map(readAnchor);
  const keys = (values['public-key'] ?? []).map(readKey);
  if (values.file === undefined && keys.length > 0)
    throw fail('cli.usage', { message: '--public-key goes with --file' });
  const report =
    values.file === undefined
      ? await verifyLog(context, anchors)
      : await verifyExport(linesOf(createReadStream(values.file)), keys, anchors, publicKeyOf);
  const first = report.findings[0];
  answer(context, {
    ok: report.ok,
    entries: report.entries,
    last_seq: report.last.seq,
    last_hash: report.last.hash,
    checkpoints: report.checkpoints,
    proven_seq: report.provenSeq,
    erased: report.erased,
    ...('keys' in report ? { keys: report.keys } : {}),
    first_bad_seq: first?.seq ?? null,
    first_bad_kind: first?.kind ?? null,
    findings: context.json ? report.findings : report.findings.map(({ message }) => message),
  });
  return report.ok ? 0 : 1;
};

const exportLog = async (context: CommandContext, args: readonly string[]): Promise<number> => {
  const { values, positionals } = parseArguments(args, { 'without-personal': { type: 'boolean' } }, true);
  const path = onePath(positionals);
  const parts = await openParts(context);
  try {
    // What is to be proven later must be signed now.
    await parts.audit.checkpoint();
    const file = await open(path, 'wx', 0o600);
    try {
      const withPersonal = values['without-personal'] !== true;
      const { entries } = await parts.audit.export(async (line) => void (await file.write(line)), { withPersonal });
      await file.sync();
      answer(context, { file: path, entries, personal: withPersonal });
    } finally {
      await file.close();
    }
    return 0;
  } finally {
    await parts.close();
  }
};

export const auditCommand: Command = {
  name: 'audit',
  summary: 'list, verify and export the audit log',
  usage: [
    `audit list [--scope ${scopeKinds.join('|')}:ID] [--action A] [--actor-kind ${actorKinds.join('|')}] [--actor-id ID]`,
    '           [--actor-email E] [--after ISO] [--before ISO] [--page N] [--limit N]',
    'audit verify [--expect SEQ:HASH]… [--file EXPORT [--public-key KEY]…]',
    'audit export <file> [--without-personal]',
    '',
    'verify: exit code 1 when anything was edited, removed, inserted, reordered or cut off.',
  ].join('\n'),
  run: async (context, args) => {
    const { verb, rest } = chooseVerb(args, { list, verify, export: exportLog });
    return verb(context, rest);
  },
};

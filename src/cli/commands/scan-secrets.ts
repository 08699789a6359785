import { openParts } from '../../parts.ts';
import type { LeakVerdict } from '../../credentials/index.ts';
import { fail, operatorActor } from '../../kernel/index.ts';
import { answer } from '../answer.ts';
import { parseArguments } from '../arguments.ts';
import type { Command, CommandContext } from '../command.ts';
import { scanFiles, type FileHit, type ScanTally } from '../secret-files.ts';

/** Revocations of one call: enough to be quick, little enough for one transaction. */
const revokedAtOnce = 100;

const placeOf = ({ path, line }: FileHit): string => `${path}:${line}`;

const revoke = async (context: CommandContext, hits: readonly FileHit[]): Promise<LeakVerdict[]> => {
  const parts = await openParts(context);
  try {
    const verdicts: LeakVerdict[] = [];
    for (let from = 0; from < hits.length; from += revokedAtOnce) {
      const reports = hits
        .slice(from, from + revokedAtOnce)
        .map((hit) => ({ presented: hit.presented, url: placeOf(hit), reporter: 'scan-secrets' }));
      verdicts.push(...(await parts.credentials.reportLeaks(operatorActor, reports)));
    }
    return verdicts;
  } finally {
    await parts.close();
  }
};

/** What `--revoke` did about a hit: a credential of another installation is none of ours. */
const fateOf = (verdict: LeakVerdict | undefined): string | null => {
  if (verdict === undefined) return null;
  if (verdict.kind === 'unknown') return 'unknown here';
  return verdict.isNewlyRevoked ? 'revoked now' : 'revoked before';
};

const show = (
  context: CommandContext,
  hits: readonly FileHit[],
  verdicts: readonly LeakVerdict[],
  tally: ScanTally,
) => {
  const found = hits.map((hit, index) => ({
    file: hit.path,
    line: hit.line,
    family: hit.family,
    masked: hit.masked,
    fate: fateOf(verdicts[index]),
  }));
  if (context.json) {
    answer(context, { found, files: tally.files, bytes: tally.bytes, unread: tally.unread });
    return;
  }
  for (const { file, line, family, masked, fate } of found) {
    context.stdout.write(`${file}:${line}  ${family}  ${masked}${fate === null ? '' : `  ${fate}`}\n`);
  }
  for (const { path, reason } of tally.unread) context.stderr.write(`not read: ${path} (${reason})\n`);
  context.stderr.write(`${found.length} found in ${tally.files} files\n`);
};

export const scanSecretsCommand: Command = {
  name: 'scan-secrets',
  summary: 'find credentials of this product in files, and revoke them',
  usage: [
    'scan-secrets <file|folder>… [--revoke]',
    '',
    'Exit code 1 when a credential was found or a file could not be read.',
  ].join('\n'),
  run: async (context, args) => {
    const { values, positionals } = parseArguments(args, { revoke: { type: 'boolean' } }, true);
    if (positionals.length === 0) throw fail('cli.usage', { message: 'a file or folder must follow' });
    const tally: ScanTally = { files: 0, bytes: 0, unread: [] };
    const hits: FileHit[] = [];
    for await (const hit of scanFiles(positionals, tally, context.signal)) hits.push(hit);
    const verdicts = values.revoke === true && hits.length > 0 ? await revoke(context, hits) : [];
    show(context, hits, verdicts, tally);
    return hits.length > 0 || tally.unread.length > 0 ? 1 : 0;
  },
};

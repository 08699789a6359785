import { asAppError } from '../../kernel/index.ts';
import { parseArguments } from '../arguments.ts';
import type { Command, CommandContext } from '../command.ts';
import type { Check, Finding } from '../doctor/check.ts';
import { behindFolder, folderState } from '../doctor/data-folder.ts';
import { checks } from '../doctor/registry.ts';

/** doctorCommand runs every check and shows what it found. Exit code 1 when a check failed; warnings do not count. */
export const doctorCommand: Command = {
  name: 'doctor',
  summary: 'check this installation and say what is wrong',
  usage: `doctor [--data DIR] [--json]

Looks at the machine, the configuration, both databases, the keyring, the ledger, the audit log and each feed, and
changes nothing.

--json    print {"ok":…,"checks":[{name,status,message,help?,facts?}]}; status is ok, warning or failed`,
  run: async (context, args) => {
    parseArguments(args, {});
    const findings: (Finding & { readonly name: string })[] = [];
    const isWritable = folderState(context.config.dataFolder) === 'writable';
    for (const check of checks) {
      const found = await runCheck(check, context);
      const isBehind = !isWritable && check.isInFolder?.(context.config) === true;
      findings.push({ name: check.name, ...(isBehind ? behindFolder(found) : found) });
    }
    const isGood = findings.every((each) => each.status !== 'failed');
    if (context.json) context.stdout.write(`${JSON.stringify({ ok: isGood, checks: findings })}\n`);
    else context.stdout.write(findings.map(asLines).join(''));
    return isGood ? 0 : 1;
  },
};

const runCheck = async (check: Check, context: CommandContext): Promise<Finding> => {
  try {
    return await check.run(context);
  } catch (error) {
    const failure = asAppError(error);
    const message = failure.code === 'internal.unexpected' && error instanceof Error ? error.message : failure.message;
    return { status: 'failed', message, help: failure.entry.help };
  }
};

const asLines = (finding: Finding & { readonly name: string }): string => {
  const help =
    finding.help === undefined || finding.status === 'ok' ? '' : `         ${' '.repeat(16)}${finding.help}\n`;
  return `${finding.status.padEnd(8)} ${finding.name.padEnd(15)} ${finding.message}\n${help}`;
};

import type { MailSummary } from '../../mail/index.ts';
import { openParts } from '../../parts.ts';
import { fail } from '../../kernel/index.ts';
import { answer } from '../answer.ts';
import { chooseVerb, parseArguments, required } from '../arguments.ts';
import type { Command, CommandContext } from '../command.ts';
import { formatTable } from '../table.ts';
import { instantText } from '../values.ts';

const shown = (mail: MailSummary) => ({
  id: mail.id,
  to: mail.to,
  subject: mail.subject,
  created_at: instantText(mail.createdAtMs),
  state: mail.state,
  ...(mail.lastError === null ? {} : { last_error: mail.lastError }),
});

const list = async (context: CommandContext, args: readonly string[]): Promise<number> => {
  parseArguments(args, {});
  const parts = await openParts(context);
  try {
    const mails = (await parts.mail.list()).map(shown);
    if (context.json) answer(context, { mails });
    else {
      const rows = mails.map(({ id, to, subject, created_at, state }) => [
        String(id),
        created_at ?? '',
        state,
        to,
        subject,
      ]);
      context.stdout.write(formatTable(['id', 'created', 'state', 'to', 'subject'], rows));
    }
    return 0;
  } finally {
    await parts.close();
  }
};

const show = async (context: CommandContext, args: readonly string[]): Promise<number> => {
  const { values } = parseArguments(args, { id: { type: 'string' } });
  const text = required('id', values.id);
  const id = /^\d{1,15}$/.test(text) ? Number(text) : null;
  if (id === null) throw fail('cli.usage', { message: `--id needs the number of a mail, not '${text}'` });
  const parts = await openParts(context);
  try {
    const mail = await parts.mail.show(id);
    answer(context, { ...shown(mail), text: mail.text });
    return 0;
  } finally {
    await parts.close();
  }
};

export const mailCommand: Command = {
  name: 'mail',
  summary: 'list and show what the server wrote to people',
  usage: ['mail list', 'mail show --id N'].join('\n'),
  run: async (context, args) => {
    const { verb, rest } = chooseVerb(args, { list, show });
    return verb(context, rest);
  },
};

import { openParts } from '../../parts.ts';
import { answer } from '../answer.ts';
import { chooseVerb, parseArguments, required } from '../arguments.ts';
import type { Command, CommandContext } from '../command.ts';
import { instantText } from '../values.ts';

const create = async (context: CommandContext, args: readonly string[]): Promise<number> => {
  const { values } = parseArguments(args, { email: { type: 'string' }, name: { type: 'string' } });
  const email = required('email', values.email);
  const parts = await openParts(context);
  try {
    const user = await parts.accounts.users.create({
      email,
      ...(values.name === undefined ? {} : { name: values.name }),
    });
    answer(context, { id: user.id, email: user.email, name: user.name, created_at: instantText(user.createdAtMs) });
    return 0;
  } finally {
    await parts.close();
  }
};

export const userCommand: Command = {
  name: 'user',
  summary: 'create people',
  usage: 'user create --email E [--name N]',
  run: async (context, args) => {
    const { verb, rest } = chooseVerb(args, { create });
    return verb(context, rest);
  },
};

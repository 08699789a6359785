import { planNames, type User } from '../../accounts/index.ts';
import { operatorActor } from '../../kernel/index.ts';
import { answer } from '../answer.ts';
import { chooseVerb, parseArguments, required } from '../arguments.ts';
import type { Command, CommandContext } from '../command.ts';
import { formatTable } from '../table.ts';
import { instantText, readChoice } from '../values.ts';
import { withParts } from '../with-parts.ts';

const fieldsOf = (user: User): Record<string, unknown> => ({
  id: user.id,
  email: user.email,
  name: user.name,
  state: user.state,
  plan: user.plan,
  plan_status: user.planStatus,
  is_administrator: user.isAdministrator,
  has_password: user.hasPassword,
  created_at: instantText(user.createdAtMs),
});

const create = (context: CommandContext, args: readonly string[]): Promise<number> => {
  const { values } = parseArguments(args, {
    email: { type: 'string' },
    name: { type: 'string' },
    password: { type: 'string' },
    plan: { type: 'string' },
    administrator: { type: 'boolean' },
  });
  const input = {
    actor: operatorActor,
    email: required('email', values.email),
    ...(values.name === undefined ? {} : { name: values.name }),
    ...(values.password === undefined ? {} : { password: values.password }),
    ...(values.plan === undefined ? {} : { plan: readChoice('plan', values.plan, planNames) }),
    isAdministrator: values.administrator === true,
  };
  return withParts(context, async ({ accounts }) => {
    answer(context, fieldsOf(await accounts.users.create(input)));
  });
};

const emailOf = (args: readonly string[]): string => {
  const { values } = parseArguments(args, { email: { type: 'string' } });
  return required('email', values.email);
};

const disable = (context: CommandContext, args: readonly string[]): Promise<number> => {
  const email = emailOf(args);
  return withParts(context, async ({ accounts }) => {
    answer(context, fieldsOf(await accounts.users.disable({ actor: operatorActor, email })));
  });
};

const enable = (context: CommandContext, args: readonly string[]): Promise<number> => {
  const email = emailOf(args);
  return withParts(context, async ({ accounts }) => {
    answer(context, fieldsOf(await accounts.users.enable({ actor: operatorActor, email })));
  });
};

const remove = (context: CommandContext, args: readonly string[]): Promise<number> => {
  const email = emailOf(args);
  return withParts(context, async ({ accounts }) => {
    await accounts.users.delete({ actor: operatorActor, email });
    answer(context, { email, deleted: true });
  });
};

const password = (context: CommandContext, args: readonly string[]): Promise<number> => {
  const { values } = parseArguments(args, {
    email: { type: 'string' },
    password: { type: 'string' },
    remove: { type: 'boolean' },
  });
  const email = required('email', values.email);
  const given = values.remove === true ? null : required('password', values.password);
  return withParts(context, async ({ accounts }) => {
    await accounts.users.setPassword({ actor: operatorActor, email, password: given });
    answer(context, { email, has_password: given !== null });
  });
};

const link = (context: CommandContext, args: readonly string[]): Promise<number> => {
  const email = emailOf(args);
  return withParts(context, async ({ accounts }) => {
    const made = await accounts.signIn.createLink({ actor: operatorActor, email });
    const { publicUrl } = context.config.server;
    answer(context, {
      email: made.email,
      token: made.token,
      ...(publicUrl === null ? {} : { url: `${publicUrl}/sign-in#${made.token}` }),
      expires_at: instantText(made.expiresAtMs),
    });
  });
};

const list = (context: CommandContext, args: readonly string[]): Promise<number> => {
  parseArguments(args, {});
  return withParts(context, async ({ accounts }) => {
    const users = await accounts.users.list({ actor: operatorActor });
    if (context.json) return answer(context, { users: users.map(fieldsOf) });
    const rows = users.map((user) => [user.id, user.email, user.name, user.state, user.plan, user.planStatus]);
    context.stdout.write(formatTable(['id', 'email', 'name', 'state', 'plan', 'status'], rows));
  });
};

export const userCommand: Command = {
  name: 'user',
  summary: 'create, list, disable, enable and delete people',
  usage: [
    `user create --email E [--name N] [--password P] [--plan ${planNames.join('|')}] [--administrator]`,
    'user list',
    'user disable|enable|delete --email E',
    'user password --email E (--password P | --remove)',
    'user link --email E      a link that signs in once, within 24 hours',
  ].join('\n'),
  run: async (context, args) => {
    const { verb, rest } = chooseVerb(args, { create, list, disable, enable, delete: remove, password, link });
    return verb(context, rest);
  },
};

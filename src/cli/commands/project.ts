import { fail, operatorActor } from '../../kernel/index.ts';
import { answer } from '../answer.ts';
import { chooseVerb, parseArguments, required } from '../arguments.ts';
import type { Command, CommandContext } from '../command.ts';
import { readChoice } from '../values.ts';
import { withParts } from '../with-parts.ts';

const roleNames = ['admin', 'member'] as const;

/** readProjectId reads the whole number that project create printed. */
const readProjectId = (text: string | undefined): number => {
  const id = required('project', text);
  if (!/^[1-9]\d{0,14}$/.test(id))
    throw fail('cli.usage', { message: `--project needs the id of a project, not '${id}'` });
  return Number(id);
};

const create = (context: CommandContext, args: readonly string[]): Promise<number> => {
  const { values } = parseArguments(args, {
    org: { type: 'string' },
    name: { type: 'string' },
    owner: { type: 'string' },
    description: { type: 'string' },
  });
  const input = {
    actor: operatorActor,
    organization: required('org', values.org),
    name: required('name', values.name),
    ownerEmail: required('owner', values.owner),
    ...(values.description === undefined ? {} : { description: values.description }),
  };
  return withParts(context, async ({ accounts }) => {
    const made = await accounts.projects.create(input);
    answer(context, { id: made.id, name: made.name, slug: made.slug });
  });
};

const member = (context: CommandContext, args: readonly string[]): Promise<number> => {
  const { values } = parseArguments(args, {
    project: { type: 'string' },
    email: { type: 'string' },
    role: { type: 'string' },
    remove: { type: 'boolean' },
  });
  const target = { actor: operatorActor, projectId: readProjectId(values.project) };
  const email = required('email', values.email);
  const role = values.remove === true ? null : readChoice('role', required('role', values.role), roleNames);
  return withParts(context, async ({ accounts }) => {
    if (role !== null) {
      const set = await accounts.projectMembers.set({ ...target, email, role });
      return answer(context, { project_id: target.projectId, user_id: set.userId, email, role: set.role });
    }
    const user = await accounts.users.findByEmail(email);
    if (user === null) throw fail('account.not_found', { message: `No user with the address ${email}` });
    await accounts.projectMembers.remove({ ...target, userId: user.id });
    answer(context, { project_id: target.projectId, user_id: user.id, email, role: null });
  });
};

const transfer = (context: CommandContext, args: readonly string[]): Promise<number> => {
  const { values } = parseArguments(args, { project: { type: 'string' }, email: { type: 'string' } });
  const projectId = readProjectId(values.project);
  const email = required('email', values.email);
  return withParts(context, async ({ accounts }) => {
    const user = await accounts.users.findByEmail(email);
    if (user === null) throw fail('account.not_found', { message: `No user with the address ${email}` });
    await accounts.projectMembers.transfer({ actor: operatorActor, projectId, userId: user.id });
    answer(context, { project_id: projectId, owner: email });
  });
};

const remove = (context: CommandContext, args: readonly string[]): Promise<number> => {
  const { values } = parseArguments(args, { project: { type: 'string' } });
  const projectId = readProjectId(values.project);
  return withParts(context, async ({ accounts }) => {
    await accounts.projects.delete({ actor: operatorActor, projectId });
    answer(context, { id: projectId, deleted: true });
  });
};

export const projectCommand: Command = {
  name: 'project',
  summary: 'create, transfer and delete projects, set and remove their members',
  usage: [
    'project create --org N --name N --owner E [--description D]',
    `project member --project ID --email E (--role ${roleNames.join('|')} | --remove)`,
    'project transfer --project ID --email E',
    'project delete --project ID',
  ].join('\n'),
  run: async (context, args) => {
    const { verb, rest } = chooseVerb(args, { create, member, transfer, delete: remove });
    return verb(context, rest);
  },
};

import type { Parts } from '../../parts.ts';
import { fail, operatorActor } from '../../kernel/index.ts';
import { answer } from '../answer.ts';
import { chooseVerb, parseArguments, required } from '../arguments.ts';
import type { Command, CommandContext } from '../command.ts';
import { readChoice } from '../values.ts';
import { withParts } from '../with-parts.ts';

const roleNames = ['owner', 'member'] as const;
const switchNames = ['on', 'off'] as const;

/** idOf finds the id of an organisation by its name or id. Throws `organization.not_found`. */
const idOf = async ({ accounts }: Parts, organization: string): Promise<string> => {
  const found = await accounts.organizations.find({ actor: operatorActor, organization });
  if (found === null) throw fail('organization.not_found', { message: `No organisation ${organization}` });
  return found.id;
};

const create = (context: CommandContext, args: readonly string[]): Promise<number> => {
  const { values } = parseArguments(args, { name: { type: 'string' }, owner: { type: 'string' } });
  const name = required('name', values.name);
  const ownerEmail = required('owner', values.owner);
  return withParts(context, async ({ accounts }) => {
    const made = await accounts.organizations.create({ actor: operatorActor, name, ownerEmail });
    answer(context, { id: made.id, name: made.name });
  });
};

const member = (context: CommandContext, args: readonly string[]): Promise<number> => {
  const { values } = parseArguments(args, {
    org: { type: 'string' },
    email: { type: 'string' },
    role: { type: 'string' },
    remove: { type: 'boolean' },
  });
  const organization = required('org', values.org);
  const email = required('email', values.email);
  const role = values.remove === true ? null : readChoice('role', required('role', values.role), roleNames);
  return withParts(context, async (parts) => {
    const { organizations, users } = parts.accounts;
    const target = { actor: operatorActor, organizationId: await idOf(parts, organization) };
    if (role !== null) {
      const set = await organizations.setMember({ ...target, email, role });
      return answer(context, { organization_id: target.organizationId, user_id: set.userId, email, role: set.role });
    }
    const user = await users.findByEmail(email);
    if (user === null) throw fail('account.not_found', { message: `No user with the address ${email}` });
    await organizations.removeMember({ ...target, userId: user.id });
    answer(context, { organization_id: target.organizationId, user_id: user.id, email, role: null });
  });
};

const set = (context: CommandContext, args: readonly string[]): Promise<number> => {
  const { values } = parseArguments(args, { org: { type: 'string' }, basic: { type: 'string' } });
  const organization = required('org', values.org);
  const isBasicEnabled = readChoice('basic', required('basic', values.basic), switchNames) === 'on';
  return withParts(context, async (parts) => {
    const organizationId = await idOf(parts, organization);
    const { name } = await parts.accounts.organizations.change({
      actor: operatorActor,
      organizationId,
      isBasicEnabled,
    });
    answer(context, { id: organizationId, name, basic: isBasicEnabled ? 'on' : 'off' });
  });
};

const remove = (context: CommandContext, args: readonly string[]): Promise<number> => {
  const { values } = parseArguments(args, { org: { type: 'string' } });
  const organization = required('org', values.org);
  return withParts(context, async (parts) => {
    const id = await idOf(parts, organization);
    await parts.accounts.organizations.delete({ actor: operatorActor, organizationId: id });
    answer(context, { id, deleted: true });
  });
};

export const orgCommand: Command = {
  name: 'org',
  summary: 'create, change and delete organisations, set and remove their members',
  usage: [
    'org create --name N --owner E',
    `org member --org N --email E (--role ${roleNames.join('|')} | --remove)`,
    'org set --org N --basic on|off        whether its members may come by HTTP Basic',
    'org delete --org N',
  ].join('\n'),
  run: async (context, args) => {
    const { verb, rest } = chooseVerb(args, { create, member, set, delete: remove });
    return verb(context, rest);
  },
};

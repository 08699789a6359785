import { openParts, type Parts } from '../../parts.ts';
import type { Credential, IssuedCredential } from '../../credentials/index.ts';
import { fail, type VerifiedCredential } from '../../kernel/index.ts';
import { answer } from '../answer.ts';
import { chooseVerb, parseArguments, required } from '../arguments.ts';
import type { Command, CommandContext } from '../command.ts';
import { formatTable } from '../table.ts';
import { instantText, readChoice, readInstant } from '../values.ts';
import { explain } from './credential-explain.ts';

const familyNames = ['subscription-key'] as const;
type Verb = (context: CommandContext, args: readonly string[]) => Promise<number>;

const fieldsOf = (credential: Credential) => ({
  id: credential.id,
  family: credential.family,
  owner: credential.ownerId,
  name: credential.name,
  masked: credential.masked,
  state: credential.state,
  scopes: credential.scopes,
  allowed_ips: credential.allowedAddresses,
  created_at: instantText(credential.createdAtMs),
  expires_at: instantText(credential.expiresAtMs),
  state_changed_at: instantText(credential.stateChangedAtMs),
  overlap_until: instantText(credential.overlapUntilMs),
  successor: credential.successorId,
  requests: credential.requests,
  last_used_at: instantText(credential.lastUsedAtMs),
  last_used_ip: credential.lastUsedAddress,
});

const issuedFields = (issued: IssuedCredential) => {
  const { id, ...rest } = fieldsOf(issued);
  return { id, credential: issued.presented, ...rest };
};

const withParts = async <T>(context: CommandContext, work: (parts: Parts) => Promise<T>): Promise<T> => {
  const parts = await openParts(context);
  try {
    return await work(parts);
  } finally {
    await parts.close();
  }
};

const readScopes = (texts: readonly string[] | undefined): VerifiedCredential['scopes'] | undefined => {
  if (texts === undefined) return undefined;
  const scopes: Record<string, 'none' | 'read' | 'write'> = {};
  for (const text of texts) {
    const [resource = '', level = ''] = text.split('=', 2);
    if (!/^[a-z_]+$|^\*$/.test(resource)) {
      throw fail('cli.usage', { message: `--scope needs resource=level, not '${text}'` });
    }
    scopes[resource] = readChoice('scope', level, ['none', 'read', 'write']);
  }
  return scopes;
};

const issue: Verb = async (context, args) => {
  const { values } = parseArguments(args, {
    family: { type: 'string' },
    subscription: { type: 'string' },
    name: { type: 'string' },
    scope: { type: 'string', multiple: true },
    expires: { type: 'string' },
    ip: { type: 'string', multiple: true },
  });
  const family = readChoice('family', required('family', values.family), familyNames);
  const subscriptionId = required('subscription', values.subscription);
  const name = required('name', values.name);
  const scopes = readScopes(values.scope);
  const expiresAtMs = values.expires === undefined ? undefined : readInstant('expires', values.expires);
  const issued = await withParts(context, async ({ accounts, credentials }) => {
    const { id: ownerId } = await accounts.subscriptions.get(subscriptionId);
    return credentials.issue({
      family,
      ownerId,
      name,
      ...(scopes === undefined ? {} : { scopes }),
      ...(expiresAtMs === undefined ? {} : { expiresAtMs }),
      ...(values.ip === undefined ? {} : { allowedAddresses: values.ip }),
    });
  });
  answer(context, issuedFields(issued));
  if (!context.json) context.stderr.write('The credential is shown this once; keep it now.\n');
  return 0;
};

const list: Verb = async (context, args) => {
  const { values } = parseArguments(args, { subscription: { type: 'string' }, family: { type: 'string' } });
  const filter = {
    ...(values.subscription === undefined ? {} : { ownerId: values.subscription }),
    ...(values.family === undefined ? {} : { family: readChoice('family', values.family, familyNames) }),
  };
  const found = await withParts(context, ({ credentials }) => credentials.list(filter));
  if (context.json) answer(context, { credentials: found.map(fieldsOf) });
  else {
    context.stdout.write(
      formatTable(
        ['id', 'masked', 'name', 'state', 'requests', 'last used'],
        found.map((each) => [
          each.id,
          each.masked,
          each.name,
          each.state,
          each.requests,
          instantText(each.lastUsedAtMs) ?? 'never',
        ]),
      ),
    );
  }
  return 0;
};

/** byId is a verb that takes a credential's id, does one thing and prints the credential. */
const byId =
  (work: (parts: Parts, id: string) => Promise<Credential & { readonly exposures?: number }>): Verb =>
  async (context, args) => {
    const { values } = parseArguments(args, { id: { type: 'string' } });
    const id = required('id', values.id);
    const credential = await withParts(context, (parts) => work(parts, id));
    answer(context, { ...fieldsOf(credential), exposures: credential.exposures });
    return 0;
  };

const rotate: Verb = async (context, args) => {
  const { values } = parseArguments(args, { id: { type: 'string' }, overlap: { type: 'string' } });
  const id = required('id', values.id);
  const overlap = values.overlap ?? '0';
  if (!/^\d{1,7}$/.test(overlap)) throw fail('cli.usage', { message: '--overlap needs whole seconds' });
  const issued = await withParts(context, ({ credentials }) => credentials.rotate(id, Number(overlap) * 1000));
  answer(context, issuedFields(issued));
  if (!context.json) context.stderr.write('The credential is shown this once; keep it now.\n');
  return 0;
};

const verbs = {
  issue,
  list,
  show: byId(({ credentials }, id) => credentials.show(id)),
  revoke: byId(({ credentials }, id) => credentials.revoke(id)),
  suspend: byId(({ credentials }, id) => credentials.suspend(id)),
  resume: byId(({ credentials }, id) => credentials.resume(id)),
  rotate,
  explain,
};

export const credentialCommand: Command = {
  name: 'credential',
  summary: 'issue, list, show, rotate, suspend, resume, revoke and explain credentials',
  usage: [
    'credential issue --family subscription-key --subscription ID --name N [--scope resource=level]… [--expires ISO] [--ip CIDR]…',
    'credential list [--subscription ID] [--family F]',
    'credential show|revoke|suspend|resume --id N',
    'credential rotate --id N [--overlap SECONDS]',
    'credential explain --id N --method M --path P [--ip A] [--at ISO]',
  ].join('\n'),
  run: async (context, args) => {
    const { verb, rest } = chooseVerb(args, verbs);
    return verb(context, rest);
  },
};

import { openParts, type Parts } from '../../parts.ts';
import type { Credential, IssuedCredential } from '../../credentials/index.ts';
import { fail, operatorActor, type VerifiedCredential } from '../../kernel/index.ts';
import { answer } from '../answer.ts';
import { chooseVerb, parseArguments, required } from '../arguments.ts';
import type { Command, CommandContext } from '../command.ts';
import { ownerIdOf, ownerOptions, requireOwnerOption } from '../credential-owner.ts';
import { formatTable } from '../table.ts';
import { instantText, readChoice, readInstant } from '../values.ts';
import { explain } from './credential-explain.ts';

const familyNames = ['project-token', 'user-key', 'subscription-key', 'organization-token'] as const;
type Verb = (context: CommandContext, args: readonly string[]) => Promise<number>;

const fieldsOf = (credential: Credential) => ({
  id: credential.id,
  number: credential.number,
  family: credential.family,
  owner: credential.ownerId,
  name: credential.name,
  description: credential.description,
  prefix: credential.prefix,
  masked: credential.masked,
  state: credential.state,
  scopes: credential.scopes,
  allowed_ips: credential.allowedAddresses,
  is_mcp_enabled: credential.isMcpEnabled,
  created_at: instantText(credential.createdAtMs),
  created_by: credential.createdBy === '' ? null : credential.createdBy,
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
    ...ownerOptions,
    family: { type: 'string' },
    name: { type: 'string' },
    description: { type: 'string' },
    scope: { type: 'string', multiple: true },
    expires: { type: 'string' },
    ip: { type: 'string', multiple: true },
    mcp: { type: 'boolean' },
  });
  const family = readChoice('family', required('family', values.family), familyNames);
  requireOwnerOption(family, values);
  const name = required('name', values.name);
  const scopes = readScopes(values.scope);
  const expiresAtMs = values.expires === undefined ? undefined : readInstant('expires', values.expires);
  const issued = await withParts(context, async (parts) =>
    parts.credentials.issue({
      actor: operatorActor,
      family,
      ownerId: (await ownerIdOf(parts, values)) ?? '',
      name,
      isMcpEnabled: values.mcp === true,
      ...(values.description === undefined ? {} : { description: values.description }),
      ...(scopes === undefined ? {} : { scopes }),
      ...(expiresAtMs === undefined ? {} : { expiresAtMs }),
      ...(values.ip === undefined ? {} : { allowedAddresses: values.ip }),
    }),
  );
  answer(context, issuedFields(issued));
  if (!context.json) context.stderr.write('The credential is shown this once; keep it now.\n');
  return 0;
};

const list: Verb = async (context, args) => {
  const { values } = parseArguments(args, { ...ownerOptions, family: { type: 'string' } });
  const family = values.family === undefined ? {} : { family: readChoice('family', values.family, familyNames) };
  const found = await withParts(context, async (parts) => {
    const ownerId = await ownerIdOf(parts, values);
    return parts.credentials.list({ actor: operatorActor, ...family, ...(ownerId === null ? {} : { ownerId }) });
  });
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
  const issued = await withParts(context, ({ credentials }) =>
    credentials.rotate({ actor: operatorActor, id, overlapMs: Number(overlap) * 1000 }),
  );
  answer(context, issuedFields(issued));
  if (!context.json) context.stderr.write('The credential is shown this once; keep it now.\n');
  return 0;
};

const update: Verb = async (context, args) => {
  const { values } = parseArguments(args, {
    id: { type: 'string' },
    name: { type: 'string' },
    description: { type: 'string' },
    scope: { type: 'string', multiple: true },
    expires: { type: 'string' },
    ip: { type: 'string', multiple: true },
  });
  const id = required('id', values.id);
  const scopes = readScopes(values.scope);
  const change = {
    ...(values.name === undefined ? {} : { name: values.name }),
    ...(values.description === undefined ? {} : { description: values.description }),
    ...(scopes === undefined ? {} : { scopes }),
    ...(values.expires === undefined
      ? {}
      : { expiresAtMs: values.expires === 'never' ? null : readInstant('expires', values.expires) }),
    ...(values.ip === undefined ? {} : { allowedAddresses: values.ip.filter((range) => range !== 'any') }),
  };
  const changed = await withParts(context, ({ credentials }) =>
    credentials.update({ actor: operatorActor, id, change }),
  );
  answer(context, fieldsOf(changed));
  return 0;
};

const findings: Verb = async (context, args) => {
  const { values } = parseArguments(args, ownerOptions);
  const found = await withParts(context, async (parts) => {
    const ownerId = await ownerIdOf(parts, values);
    if (ownerId === null)
      throw fail('cli.usage', { message: '--project, --email, --subscription or --org is required' });
    return parts.credentials.findings(operatorActor, ownerId);
  });
  const rows = found.map(({ kind, credentialId, name, masked, sinceMs, detail }) => ({
    kind,
    id: credentialId,
    name,
    masked,
    since: instantText(sinceMs),
    detail,
  }));
  if (context.json) answer(context, { findings: rows });
  else {
    const cells = rows.map((row) => [row.kind, row.id, row.masked, row.name, row.since ?? '', row.detail]);
    context.stdout.write(formatTable(['finding', 'id', 'masked', 'name', 'since', 'detail'], cells));
  }
  return 0;
};

const verbs = {
  issue,
  list,
  show: byId(({ credentials }, id) => credentials.show({ actor: operatorActor, id })),
  revoke: byId(({ credentials }, id) => credentials.revoke({ actor: operatorActor, id })),
  suspend: byId(({ credentials }, id) => credentials.suspend({ actor: operatorActor, id })),
  resume: byId(({ credentials }, id) => credentials.resume({ actor: operatorActor, id })),
  rotate,
  update,
  findings,
  explain,
};

export const credentialCommand: Command = {
  name: 'credential',
  summary: 'issue, list, show, change, rotate, suspend, resume, revoke and explain credentials',
  usage: [
    'credential issue --family F (--project ID | --email E | --subscription ID | --org N) --name N',
    '                 [--description D] [--scope resource=level]… [--expires ISO] [--ip CIDR]… [--mcp]',
    '                 F: project-token, user-key, subscription-key, organization-token',
    'credential list [--project ID | --email E | --subscription ID | --org N] [--family F]',
    'credential show|revoke|suspend|resume --id N',
    'credential rotate --id N [--overlap SECONDS]',
    'credential update --id N [--name N] [--description D] [--scope resource=level]… [--expires ISO|never] [--ip CIDR|any]…',
    'credential findings (--project ID | --email E | --subscription ID | --org N)',
    'credential explain --id N --method M --path P [--ip A] [--at ISO]',
  ].join('\n'),
  run: async (context, args) => {
    const { verb, rest } = chooseVerb(args, verbs);
    return verb(context, rest);
  },
};

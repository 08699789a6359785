import {
  NewOrganizationTokenBody,
  OrganizationTokenChangeBody,
  PageQuery,
  RotationBody,
} from '../../contract/index.ts';
import type { Credential, CredentialTarget, IssuedCredential } from '../../credentials/index.ts';
import { fail, type Actor } from '../../kernel/index.ts';
import { applyChange, changeOf, named, newOf, useOf } from '../credential-state.ts';
import type { CredentialVerbs } from '../credential-verbs.ts';
import { isoTime } from '../iso-time.ts';
import { emptyAnswer, jsonAnswer, parseBody } from '../json.ts';
import { listPage, slicePage } from '../list-page.ts';
import { actorOf } from '../person.ts';
import { parseQuery } from '../query.ts';
import type { Answer, Exchange, Handler } from '../surface.ts';

/** What this surface needs of the accounts. */
export interface OrganizationVerbs {
  /** By name or id; null for those who do not belong to it. */
  find(input: { readonly actor: Actor; readonly organization: string }): Promise<{ readonly id: string } | null>;
  /** Throws `permission.refused` for members who are no owners. */
  requireOwn(actor: Actor, organizationId: string): Promise<void>;
}

export interface TokenDeps {
  /** Without a trailing slash; null: as the caller has addressed the server. */
  readonly publicUrl: string | null;
  readonly organizations: OrganizationVerbs;
  readonly tokens: CredentialVerbs;
  /** The address of a person, or null for nobody. */
  readonly emailOf: (userId: string) => Promise<string | null>;
}

type Level = 'read' | 'write';

const levelOf = (text: string): Level => (text === 'write' ? 'write' : 'read');

/** scopesOf puts the access mode beside the named scopes; of one resource the widest counts. */
const scopesOf = (mode: Level, names: readonly string[]): Record<string, Level> => {
  const scopes: Record<string, Level> = { '*': mode };
  for (const name of names) {
    const [resource = '', level = ''] = name.split(':');
    if (scopes[resource] !== 'write' || resource === '*') scopes[resource] = levelOf(level);
  }
  return scopes;
};

const modeOf = ({ scopes }: Credential): Level => levelOf(scopes['*'] ?? 'read');
const namesOf = ({ scopes }: Credential): string[] =>
  Object.entries(scopes)
    .filter(([resource]) => resource !== '*')
    .map(([resource, level]) => `${resource}:${level}`);

/** tokenHandlers manage the tokens of an organisation: for its owners. */
export const tokenHandlers = (deps: TokenDeps): Readonly<Record<string, Handler>> => {
  const { tokens, organizations } = deps;
  const emailOf = async (userId: string): Promise<string | null> => (userId === '' ? null : deps.emailOf(userId));

  const rowOf = async (token: Credential) => ({
    token_id: token.prefix,
    name: token.name,
    description: token.description,
    masked: token.masked,
    access_mode: modeOf(token),
    scopes: namesOf(token),
    is_active: token.state === 'active',
    ...useOf(token),
    created_at: isoTime(token.createdAtMs),
    created_by: await emailOf(token.createdBy),
    revoked_by: await emailOf(token.endedBy),
  });

  const issuedAnswer = async ({ presented, ...token }: IssuedCredential): Promise<Answer> =>
    jsonAnswer(201, { ...(await rowOf(token)), token: presented });

  /** Strangers get 404 and members 403, before anything of the request is looked at. */
  const ownerOf = async (exchange: Exchange): Promise<string> => {
    const actor = actorOf(exchange);
    const found = await organizations.find({ actor, organization: exchange.params['name'] ?? '' });
    if (found === null) throw fail('organization.not_found');
    await organizations.requireOwn(actor, found.id);
    return found.id;
  };

  const all = async (exchange: Exchange): Promise<readonly Credential[]> =>
    tokens.list({ actor: actorOf(exchange), ownerId: await ownerOf(exchange), family: 'organization-token' });

  const find = async (exchange: Exchange): Promise<Credential> =>
    named(await all(exchange), exchange.params['token_id'] ?? '');

  const targetOf = (exchange: Exchange, { id, ownerId }: Credential): CredentialTarget => ({
    actor: actorOf(exchange),
    id,
    ownerId,
  });

  return {
    'opencve.tokens.list': async (exchange) => {
      const rows = (await all(exchange)).toReversed();
      const { page = 1, page_size: pageSize = 10 } = parseQuery(PageQuery, exchange.query);
      const results = await Promise.all(slicePage(rows, page, pageSize).map(rowOf));
      return jsonAnswer(200, listPage(exchange, deps.publicUrl, { results, count: rows.length, page, pageSize }));
    },
    'opencve.token.create': async (exchange) => {
      const ownerId = await ownerOf(exchange);
      const { name, access_mode: mode, scopes = [], ...body } = parseBody(NewOrganizationTokenBody, exchange.body);
      const given = { actor: actorOf(exchange), family: 'organization-token', ownerId, name } as const;
      return issuedAnswer(await tokens.issue({ ...newOf(body), ...given, scopes: scopesOf(mode, scopes) }));
    },
    'opencve.token.read': async (exchange) => jsonAnswer(200, await rowOf(await find(exchange))),
    'opencve.token.change': async (exchange) => {
      const found = await find(exchange);
      const {
        access_mode: mode,
        scopes,
        is_active: isActive,
        ...body
      } = parseBody(OrganizationTokenChangeBody, exchange.body);
      const isRescoped = mode !== undefined || scopes !== undefined;
      const rights = isRescoped ? { scopes: scopesOf(mode ?? modeOf(found), scopes ?? namesOf(found)) } : {};
      await applyChange(tokens, targetOf(exchange, found), { ...changeOf(body), ...rights }, isActive);
      return jsonAnswer(200, await rowOf(await find(exchange)));
    },
    'opencve.token.revoke': async (exchange) => {
      await tokens.revoke(targetOf(exchange, await find(exchange)));
      return emptyAnswer();
    },
    'opencve.token.rotate': async (exchange) => {
      const found = await find(exchange);
      const { overlap_seconds: seconds } = parseBody(RotationBody, exchange.body ?? '{}');
      return issuedAnswer(await tokens.rotate({ ...targetOf(exchange, found), overlapMs: seconds * 1000 }));
    },
  };
};

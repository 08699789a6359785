import { NewProjectTokenBody, PageQuery, ProjectTokenChangeBody, RotationBody } from '../../contract/index.ts';
import type { Credential, CredentialTarget, IssuedCredential } from '../../credentials/index.ts';
import { applyChange, changeOf, named, newOf, useOf } from '../credential-state.ts';
import { isoTime } from '../iso-time.ts';
import { emptyAnswer, jsonAnswer, parseBody } from '../json.ts';
import { listPage, slicePage } from '../list-page.ts';
import { actorOf } from '../person.ts';
import { parseQuery } from '../query.ts';
import type { Answer, Exchange, Handler } from '../surface.ts';
import { projectIdOf } from './project.ts';
import type { CvefeedDeps } from './verbs.ts';

/** tokenHandlers manage the tokens of a project: for its owner and its admins. */
export const tokenHandlers = (deps: CvefeedDeps): Readonly<Record<string, Handler>> => {
  const { tokens } = deps;

  const rowOf = async (token: Credential) => ({
    id: token.number,
    name: token.name,
    prefix: token.prefix,
    masked: token.masked,
    scopes: token.scopes,
    is_mcp_enabled: token.isMcpEnabled,
    ...useOf(token),
    created_at: isoTime(token.createdAtMs),
    created_by: token.createdBy === '' ? null : await deps.emailOf(token.createdBy),
  });

  const issuedAnswer = async ({ presented, ...token }: IssuedCredential): Promise<Answer> =>
    jsonAnswer(201, { ...(await rowOf(token)), token: presented });

  /** Members get 403, everybody else 404, before anything of the request is looked at. */
  const ownerOf = async (exchange: Exchange): Promise<string> => {
    const projectId = projectIdOf(exchange);
    await deps.projects.requireManage(actorOf(exchange), projectId);
    return `prj_${projectId}`;
  };

  const all = async (exchange: Exchange): Promise<readonly Credential[]> =>
    tokens.list({ actor: actorOf(exchange), ownerId: await ownerOf(exchange), family: 'project-token' });

  const find = async (exchange: Exchange): Promise<Credential> =>
    named(await all(exchange), exchange.params['token_id'] ?? '');

  const target = async (exchange: Exchange): Promise<CredentialTarget> => {
    const { id, ownerId } = await find(exchange);
    return { actor: actorOf(exchange), id, ownerId };
  };

  return {
    'tokens.list': async (exchange) => {
      const rows = (await all(exchange)).toReversed();
      const { page = 1, page_size: pageSize = 25 } = parseQuery(PageQuery, exchange.query);
      const results = await Promise.all(slicePage(rows, page, pageSize).map(rowOf));
      return jsonAnswer(200, listPage(exchange, deps.publicUrl, { results, count: rows.length, page, pageSize }));
    },
    'token.create': async (exchange) => {
      const ownerId = await ownerOf(exchange);
      const { name, scopes, ...body } = parseBody(NewProjectTokenBody, exchange.body);
      const given = { actor: actorOf(exchange), family: 'project-token', ownerId, name, scopes } as const;
      return issuedAnswer(await tokens.issue({ ...newOf(body), ...given }));
    },
    'token.read': async (exchange) => jsonAnswer(200, await rowOf(await find(exchange))),
    'token.change': async (exchange) => {
      const found = await target(exchange);
      const { scopes, is_active: isActive, ...body } = parseBody(ProjectTokenChangeBody, exchange.body);
      const change = { ...changeOf(body), ...(scopes === undefined ? {} : { scopes }) };
      await applyChange(tokens, found, change, isActive);
      return jsonAnswer(200, await rowOf(await find(exchange)));
    },
    'token.revoke': async (exchange) => {
      await tokens.revoke(await target(exchange));
      return emptyAnswer();
    },
    'token.rotate': async (exchange) => {
      const found = await target(exchange);
      const { overlap_seconds: seconds } = parseBody(RotationBody, exchange.body ?? '{}');
      return issuedAnswer(await tokens.rotate({ ...found, overlapMs: seconds * 1000 }));
    },
  };
};

/**
 * The CVEFeed surface: projects, their activity log, tokens and members, at `/api/projects` and `/api/v1/projects`.
 *
 * It owns that product's paths, field names and error texts. Roles, tiers and scopes are decided elsewhere; this surface
 * asks.
 *
 * Invariants: a project that the caller does not belong to cannot be told from one that never was, for tokens and for people;
 * a token never manages tokens; a token's text stands in the answer that made it and nowhere else.
 *
 * Fails with the codes that its operations list, as `{detail}`; the required scope or tier is named in a header.
 */
import { cvefeedOperations } from '../../contract/index.ts';
import { fail } from '../../kernel/index.ts';
import { presentBearer } from '../bearer.ts';
import { detailEnvelope } from '../detail-envelope.ts';
import type { Handler, Surface } from '../surface.ts';
import { activityHandler } from './activity.ts';
import { projectMemberHandlers } from './members.ts';
import { numberShape, projectHandler } from './project.ts';
import { tokenHandlers } from './tokens.ts';
import type { CvefeedDeps } from './verbs.ts';

export type { CvefeedDeps } from './verbs.ts';

const failure = detailEnvelope('Bearer realm="api"', {
  'credential.expired': 'This token has expired.',
  'credential.revoked': 'This token has been revoked.',
  'credential.suspended': 'This token has been suspended.',
  'owner.disabled': 'This token is not in use any more: its owner or creator is disabled or has left.',
  'plan.required': 'This feature requires a higher tier.',
});

/** createCvefeed builds the surface. */
export const createCvefeed = (deps: CvefeedDeps): Surface => {
  const handlers: Readonly<Record<string, Handler>> = {
    'project.read': projectHandler(deps),
    'activity.list': activityHandler(deps),
    ...tokenHandlers(deps),
    ...projectMemberHandlers(deps),
  };
  return {
    name: 'cvefeed',
    prefixes: ['/api/projects', '/api/v1/projects'],
    operations: cvefeedOperations,
    handlers: Object.fromEntries(
      cvefeedOperations.map(({ id }) => [id, handlers[id.replace(/^cvefeed\.(v1\.)?/, '')] ?? unknown]),
    ),
    present: presentBearer('project-token'),
    tenant: (params, credential) =>
      credential.ownerId === `prj_${params['project_id'] ?? ''}` ? null : { code: 'project.not_found' },
    holder: async ({ project_id: id = '' }, { userId }) =>
      numberShape.test(id) ? deps.projects.holder(Number(id), userId) : null,
    fail: failure,
  };
};

const unknown: Handler = ({ operation }) => {
  throw fail('internal.unexpected', { internal: `no handler for ${operation?.id ?? ''}` });
};

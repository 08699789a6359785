import { z } from 'zod';
import type { Operation } from './operation.ts';

const Text = z.string().max(4096);

/** What GitHub's secret scanning posts. Read permissively: it may grow members. */
export const GithubReportBody = z
  .array(z.looseObject({ token: Text, type: Text.optional(), url: Text.optional(), source: Text.optional() }))
  .max(1000);

/** What GitLab's secret detection posts to a token revocation API. */
export const GitlabReportBody = z
  .array(z.looseObject({ token: Text, type: Text.optional(), location: Text.optional() }))
  .max(1000);

export const RevocationBody = z.strictObject({ credentials: z.array(Text.min(1)).min(1).max(100) });

const GithubVerdict = z.object({
  token_raw: z.string(),
  token_type: z.string(),
  label: z.enum(['true_positive', 'false_positive']),
});

type Row = Pick<Operation, 'method' | 'path' | 'summary' | 'description' | 'response' | 'errors'> &
  Partial<Pick<Operation, 'body'>>;

const declare = (name: string, row: Row): Operation => ({
  id: `leaks.${name}`,
  surface: 'leaks',
  families: [],
  resource: null,
  level: row.method === 'GET' ? 'read' : 'write',
  priceMillicredits: 0,
  rateClass: 'none',
  ...row,
});

/** Where those who find credentials report them. What is ours is dead when the call returns. */
export const leakOperations: readonly Operation[] = [
  declare('github.report', {
    method: 'POST',
    path: '/api/leaks',
    summary: 'Report in the form of GitHub’s secret scanning partner programme',
    description: 'The raw body is signed with one of the configured keys.',
    body: GithubReportBody,
    response: z.array(GithubVerdict),
    errors: ['leak.unsigned', 'request.malformed', 'request.invalid_parameter', 'request.limited'],
  }),
  declare('gitlab.types', {
    method: 'GET',
    path: '/api/leaks/gitlab',
    summary: 'The types that GitLab may report',
    description: 'Asks for the configured token in `Authorization`.',
    response: z.object({ types: z.array(z.string()) }),
    errors: ['leak.unsigned'],
  }),
  declare('gitlab.report', {
    method: 'POST',
    path: '/api/leaks/gitlab',
    summary: 'Report in the form of GitLab’s token revocation API',
    description: 'Asks for the configured token in `Authorization`.',
    body: GitlabReportBody,
    response: z.void(),
    errors: ['leak.unsigned', 'request.malformed', 'request.invalid_parameter', 'request.limited'],
  }),
  declare('credentials.revoke', {
    method: 'POST',
    path: '/api/leaks/revoke',
    summary: 'Revoke credentials that somebody has found',
    description: 'Whoever has a whole credential may revoke it. The answer does not tell which ones were real.',
    body: RevocationBody,
    response: z.object({ accepted: z.int() }),
    errors: ['request.malformed', 'request.missing_parameter', 'request.invalid_parameter', 'request.limited'],
  }),
];

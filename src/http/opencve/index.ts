/**
 * The OpenCVE surface: management of organisation tokens for signed-in owners, at `/api/organizations/{name}/tokens`.
 *
 * It owns that product's paths, field names and error texts. Who owns an organisation and what a token may do is decided
 * by the accounts and the credentials module.
 *
 * Invariants: an organisation that a person does not belong to cannot be told from one that never was; a token never manages
 * tokens; a token's text stands in the answer that made it and nowhere else.
 *
 * Fails with the codes that its operations list, as `{detail}`.
 */
import { opencveOperations } from '../../contract/index.ts';
import { presentBearer } from '../bearer.ts';
import { detailEnvelope } from '../detail-envelope.ts';
import type { Surface } from '../surface.ts';
import { tokenHandlers, type OpencveDeps } from './tokens.ts';

export type { OpencveDeps } from './tokens.ts';

/** Clients match on this text, so the reason of a refusal goes to the log only. */
const invalid = 'Invalid token.';

/** createOpencve builds the surface. */
export const createOpencve = (deps: OpencveDeps): Surface => ({
  name: 'opencve',
  prefixes: ['/api/organizations'],
  operations: opencveOperations,
  handlers: tokenHandlers(deps),
  present: presentBearer('organization-token'),
  fail: detailEnvelope('Basic realm="api"', {
    'credential.expired': invalid,
    'credential.revoked': invalid,
    'credential.suspended': invalid,
    'owner.disabled': invalid,
    'organization.not_found': 'No Organization matches the given query.',
  }),
});

/**
 * The OpenCVE surface, first generation: CVEs, vendors, products, weaknesses, organisations and projects under `/api`, with
 * organisation tokens, sessions and HTTP Basic; the own tags of people; and the management of organisation tokens.
 *
 * It owns that product's paths, field names, number and date forms, links and error texts. What a record says is the
 * catalogue's, who belongs where is the accounts', what a project watches is watch's; what a token may do is decided by
 * the guard.
 *
 * Invariants: whoever does not belong to an organisation cannot tell it from one that never was; whoever is merely invited
 * does not belong; a token sees its own organisation alone and never manages tokens; an answer is taken from memory only
 * while the catalogue's version, or the record's revision, is proven to be the one that it was written under; what shows
 * something of a person or an organisation is never remembered.
 *
 * Fails with the codes that its operations list, as `{detail}`; clients match on those texts.
 */
import { opencveOperations } from '../../contract/index.ts';
import { detailEnvelope } from '../detail-envelope.ts';
import type { Surface } from '../surface.ts';
import { negotiated } from './answers.ts';
import type { OpencveCatalog } from './catalog-reads.ts';
import { catalogueHandlers } from './catalogue.ts';
import { presentCaller } from './presentation.ts';
import { createRemembered } from './remembered.ts';
import { tagHandlers, type TagVerbs } from './tags.ts';
import { projectCondition, tenantHandlers, type TenantReads } from './tenants.ts';
import { tokenHandlers, type TokenDeps } from './tokens.ts';

export type { OpencveCatalog } from './catalog-reads.ts';

export interface OpencveDeps extends TokenDeps {
  readonly catalog: OpencveCatalog;
  /** Entries on a page when nothing else is asked for. */
  readonly pageSize: number;
  /** Conditions in one query of the search language. */
  readonly queryTermsMax: number;
  readonly nowMs: () => number;
  readonly tenants: TenantReads;
  readonly tags: TagVerbs;
}

/** Clients match on this text, so the reason of a refusal goes to the log only. */
const invalid = 'Invalid token.';

/** createOpencve builds the surface. */
export const createOpencve = (deps: OpencveDeps): Surface => {
  const parts = { ...deps, remembered: createRemembered() };
  const reads = {
    ...catalogueHandlers({ ...parts, tagged: deps.tags.cveIds, project: projectCondition(parts) }),
    ...tenantHandlers(parts),
    ...tagHandlers(parts),
  };
  const negotiating = Object.entries(reads).map(([id, handler]) => [id, negotiated(handler)] as const);
  return {
    name: 'opencve',
    // Of the products with names of their own below `/api`, this one has most: what nobody has is its unknown path too.
    prefixes: ['/api', '/api/cve', '/api/vendors', '/api/weaknesses', '/api/organizations', '/api/tags'],
    operations: opencveOperations,
    handlers: { ...Object.fromEntries(negotiating), ...tokenHandlers(deps) },
    present: presentCaller,
    challengesFirst: true,
    fail: detailEnvelope('Basic realm="api"', {
      'credential.expired': invalid,
      'credential.revoked': invalid,
      'credential.suspended': invalid,
      'credential.password_refused': 'Invalid username/password.',
      'owner.disabled': invalid,
      'request.not_acceptable': 'Could not satisfy the request Accept header.',
      'request.page_unknown': 'Invalid page.',
      'catalog.cve_not_found': 'No Cve matches the given query.',
      'organization.not_found': 'No Organization matches the given query.',
      'project.not_found': 'No Project matches the given query.',
      'tag.not_found': 'No UserTag matches the given query.',
      'session.required': 'A token cannot do this. Sign in.',
    }),
  };
};

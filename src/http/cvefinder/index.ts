/**
 * The CVEFinder surface: management of user keys for signed-in people, and the public totals.
 *
 * It owns that product's paths, field names, times and error texts. Who may have keys, how many, and what a plan gives is
 * decided by the credentials module.
 *
 * Invariants: every answer has `success`; a key is refused here with 403, whatever it may do elsewhere; a whole key stands
 * in the answer that made it and nowhere else; ids on the wire are whole numbers.
 *
 * Fails with the codes that its operations list; see `errors.ts` for the words.
 */
import type { CatalogStatistics } from '../../catalog/index.ts';
import { cvefinderOperations } from '../../contract/index.ts';
import type { VerifiedCredential } from '../../kernel/index.ts';
import { presentBearer } from '../bearer.ts';
import type { CredentialVerbs } from '../credential-verbs.ts';
import { jsonAnswer } from '../json.ts';
import type { Answer, Surface } from '../surface.ts';
import { cvefinderFailure } from './errors.ts';
import { keyHandlers } from './keys.ts';
import { momentOf } from './moment.ts';

export interface CvefinderDeps {
  readonly keys: CredentialVerbs;
  readonly catalog: { statistics(): Promise<CatalogStatistics> };
  /** What a person's request is admitted as: people and their keys share the scans of a day. */
  readonly holder: (userId: string) => Promise<VerifiedCredential | null>;
}

/** createCvefinder builds the surface. */
export const createCvefinder = ({ keys, catalog, holder }: CvefinderDeps): Surface => {
  const stats = async (): Promise<Answer> => {
    const { published, rejected, products, feeds } = await catalog.statistics();
    const updated = feeds.flatMap(({ succeededMs }) => (succeededMs === null ? [] : [succeededMs]));
    return jsonAnswer(200, {
      success: true,
      stats: {
        total_cves: published + rejected,
        total_products: products,
        total_scans: 0,
        last_updated: updated.length === 0 ? null : momentOf(Math.max(...updated)),
      },
    });
  };
  return {
    name: 'cvefinder',
    prefixes: ['/api/create-api-key', '/api/list-api-keys', '/api/revoke-api-key', '/api/rotate-api-key', '/api/stats'],
    operations: cvefinderOperations,
    handlers: { ...keyHandlers(keys), 'cvefinder.stats.read': stats },
    present: presentBearer('user-key'),
    holder: (_params, { userId }) => holder(userId),
    fail: cvefinderFailure,
  };
};

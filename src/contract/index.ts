/**
 * The contract: every operation of every surface as data, with the schemas of what goes over the wire.
 *
 * It owns paths, prices, parameters, answers and the errors an operation may give. It owns no behaviour: the guard, the
 * OpenAPI document, the price table, `credential explain` and the derived security tests all read it. It imports zod and
 * the names of the error codes, nothing else, so that a browser can use it.
 *
 * Invariants: ids are unique over all surfaces; a path is written with `{name}` and without a trailing slash; an operation
 * without a resource refuses every credential that carries scopes.
 */
import { cybersecfeedOperations } from './cybersecfeed.ts';
import type { Operation } from './operation.ts';
import { siteOperations } from './site.ts';

export type { Family, Level, Operation, SurfaceName } from './operation.ts';
export { isPermitted } from './permission.ts';
export { allowedMethods, matchRoute, type RouteMatch } from './routes.ts';
export { parameterNotes, type ParameterNotes } from './parameter.ts';
export {
  BatchBody,
  batchConstraints,
  batchWire,
  CveQuery,
  CvesQuery,
  EmptyQuery,
  KevQuery,
  RecentQuery,
  type FieldName,
  type IncludeName,
} from './cybersecfeed-parameters.ts';
export { Failure } from './cybersecfeed-answers.ts';
export { cybersecfeedExamples, exampleMeta } from './cybersecfeed-examples.ts';
export { cybersecfeedOperations, siteOperations };

/** Every operation there is. */
export const operations: readonly Operation[] = [...cybersecfeedOperations, ...siteOperations];

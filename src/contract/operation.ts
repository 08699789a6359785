import type { z } from 'zod';
import type { Family, Level } from '../kernel/caller.ts';
import type { ErrorCode } from '../kernel/error-catalogue.ts';

export type { Family, Level };

export type SurfaceName =
  | 'cybersecfeed'
  | 'cvefinder'
  | 'cvefeed'
  | 'opencve'
  | 'opencve-v2'
  | 'membership'
  | 'auth'
  | 'leaks'
  | 'billing'
  | 'site';

/**
 * Operation is one route of one surface, declared as data. The guard, the OpenAPI documents, the price table, `credential
 * explain` and the derived security tests read it; no route outside a table can exist.
 */
export interface Operation {
  /** `<surface>.<noun>.<verb>`, unique over all surfaces. */
  readonly id: string;
  readonly surface: SurfaceName;
  readonly method: 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE';
  /** With `{name}` for a path parameter, without a trailing slash. */
  readonly path: string;
  readonly summary: string;
  readonly description?: string;
  /** Families that may call it. Empty: none may; without `sessions` it asks for nobody (a public operation). */
  readonly families: readonly Family[];
  /** Whether signed-in people may call it. They count and pay where they act for an owner that credentials have too. */
  readonly sessions?: boolean;
  /** Whether HTTP Basic, an e-mail address and a password, proves a person here. */
  readonly basic?: boolean;
  /** Whether path parameters may hold slashes: read so where no other operation has the path. */
  readonly spanning?: boolean;
  /** Whether its answer holds a secret that is shown this once. */
  readonly showsSecret?: boolean;
  /** Whether its body may hold what opens doors elsewhere, such as a header to send along. Credentials of ours still may not. */
  readonly holdsSecrets?: boolean;
  /** The scope resource; null refuses every credential that carries scopes (fail closed). */
  readonly resource: string | null;
  readonly level: Level;
  readonly priceMillicredits: number;
  readonly rateClass: 'request' | 'none';
  readonly params?: z.ZodObject;
  readonly query?: z.ZodObject;
  readonly body?: z.ZodType;
  /** The largest body that it takes, in bytes, where that is more than the configured limit of all others. */
  readonly bodyBytesMax?: number;
  readonly response: z.ZodType;
  readonly errors: readonly ErrorCode[];
}

/** isPublic says whether an operation asks for nobody. */
export const isPublic = (operation: Pick<Operation, 'families' | 'sessions'>): boolean =>
  operation.families.length === 0 && operation.sessions !== true;

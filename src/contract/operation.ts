import type { z } from 'zod';
import type { Family, Level } from '../kernel/caller.ts';
import type { ErrorCode } from '../kernel/error-catalogue.ts';

export type { Family, Level };

export type SurfaceName = 'cybersecfeed' | 'site';

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
  /** Families that may call it. Empty: no credential is asked for (a public operation). */
  readonly families: readonly Family[];
  /** The scope resource; null refuses every credential that carries scopes (fail closed). */
  readonly resource: string | null;
  readonly level: Level;
  readonly priceMillicredits: number;
  readonly rateClass: 'request' | 'none';
  readonly params?: z.ZodObject;
  readonly query?: z.ZodObject;
  readonly body?: z.ZodType;
  readonly response: z.ZodType;
  readonly errors: readonly ErrorCode[];
}

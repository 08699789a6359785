import { z } from 'zod';
import type { ErrorCode } from '../kernel/error-catalogue.ts';
import type { Operation } from './operation.ts';
import { inBody, ofSession } from './refusals.ts';
import { ShownOnce, Words } from './wire.ts';

export const NewKeyBody = z.strictObject({ name: Words.trim().min(1).max(100) });
export const KeyBody = z.strictObject({ api_key_id: z.int().min(1) });

/** `YYYY-MM-DD HH:MM:SS`, in UTC. */
const Moment = z.string().regex(/^\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}$/);
const Success = { success: z.literal(true) };

const IssuedKey = z.object({
  ...Success,
  api_key: ShownOnce,
  api_key_id: z.int(),
  name: z.string(),
  created_at: Moment,
});

const KeyRow = z.object({
  id: z.int(),
  masked_key: z.string(),
  name: z.string(),
  requests_count: z.int(),
  last_used_at: Moment.nullable(),
  created_at: Moment,
  is_active: z.boolean(),
});

const Stats = z.object({
  ...Success,
  stats: z.object({
    total_cves: z.int(),
    total_products: z.int(),
    total_scans: z.int(),
    last_updated: Moment.nullable(),
  }),
});

const inPlan: readonly ErrorCode[] = ['plan.required', 'plan.past_due', 'plan.ended', 'plan.expired'];

type Row = Pick<Operation, 'method' | 'path' | 'summary' | 'response'> &
  Partial<Pick<Operation, 'body' | 'sessions' | 'showsSecret' | 'errors'>>;

const declare = (name: string, { errors = [], ...row }: Row): Operation => ({
  id: `cvefinder.${name}`,
  surface: 'cvefinder',
  families: [],
  resource: null,
  level: row.method === 'GET' ? 'read' : 'write',
  priceMillicredits: 0,
  rateClass: 'none',
  ...row,
  errors: row.sessions === true ? [...ofSession, ...errors] : errors,
});

/** Management of user keys, for people only, and the public totals. */
export const cvefinderOperations: readonly Operation[] = [
  declare('key.create', {
    method: 'POST',
    path: '/api/create-api-key',
    summary: 'Create a user key',
    sessions: true,
    showsSecret: true,
    body: NewKeyBody,
    response: IssuedKey,
    errors: [...inBody, ...inPlan, 'credential.limit_reached'],
  }),
  declare('keys.list', {
    method: 'GET',
    path: '/api/list-api-keys',
    summary: 'The own user keys',
    sessions: true,
    response: z.object({ ...Success, keys: z.array(KeyRow) }),
  }),
  declare('key.revoke', {
    method: 'POST',
    path: '/api/revoke-api-key',
    summary: 'Revoke a user key',
    sessions: true,
    body: KeyBody,
    response: z.object({ ...Success, message: z.string() }),
    errors: [...inBody, 'credential.not_found'],
  }),
  declare('key.rotate', {
    method: 'POST',
    path: '/api/rotate-api-key',
    summary: 'Replace a user key; the old one ends at once',
    sessions: true,
    showsSecret: true,
    body: KeyBody,
    response: IssuedKey,
    errors: [...inBody, ...inPlan, 'credential.not_found', 'credential.state_conflict'],
  }),
  declare('stats.read', {
    method: 'GET',
    path: '/api/stats',
    summary: 'Totals of the catalogue',
    response: Stats,
    errors: ['catalog.unavailable'],
  }),
];

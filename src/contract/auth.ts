import { z } from 'zod';
import type { ErrorCode } from '../kernel/error-catalogue.ts';
import type { Operation } from './operation.ts';
import { Instant, ShownOnce } from './wire.ts';

export const CodeRequestBody = z.strictObject({ email: z.string().min(3).max(254) });

export const CodeBody = z.strictObject({
  /** From `request-code`, or the part before the dot of a sign-in link. */
  request_id: z.string().min(1).max(64),
  code: z.string().min(1).max(64),
  /** `token`: a JWT for programs. `cookie`: for browsers. */
  session: z.enum(['token', 'cookie']).default('token'),
});

const CodeRequest = z.object({ request_id: z.string(), expires_at: Instant });

const Started = z.object({
  session_id: z.string(),
  expires_at: Instant,
  token: ShownOnce.optional(),
  token_type: z.literal('Bearer').optional(),
  csrf_token: z.string().optional(),
});

const Current = z.object({
  user: z.object({ id: z.string(), email: z.string(), name: z.string(), is_administrator: z.boolean() }),
  session: z.object({ id: z.string(), expires_at: Instant, csrf_token: z.string().nullable() }),
});

const SessionRow = z.object({
  id: z.string(),
  kind: z.enum(['token', 'cookie']),
  created_at: Instant,
  last_seen_at: Instant,
  expires_at: Instant,
  address: z.string(),
  client: z.string(),
  is_current: z.boolean(),
});

const gate: readonly ErrorCode[] = [
  'request.insecure_transport',
  'request.credential_repeated',
  'credential.missing',
  'session.required',
  'session.missing',
  'session.csrf',
];

type Row = Pick<Operation, 'method' | 'path' | 'summary' | 'response' | 'errors'> &
  Partial<Pick<Operation, 'body' | 'sessions' | 'showsSecret'>>;

const declare = (name: string, { errors, ...row }: Row): Operation => ({
  id: `auth.${name}`,
  surface: 'auth',
  families: [],
  resource: null,
  level: row.method === 'GET' ? 'read' : 'write',
  priceMillicredits: 0,
  rateClass: 'none',
  ...row,
  errors: row.sessions === true ? [...gate, ...errors] : errors,
});

/** Signing in and out, and the own sessions. */
export const authOperations: readonly Operation[] = [
  declare('code.request', {
    method: 'POST',
    path: '/api/auth/request-code',
    summary: 'Mail a sign-in code',
    body: CodeRequestBody,
    response: CodeRequest,
    errors: ['request.malformed', 'request.invalid_parameter', 'sign_in.limited', 'request.limited'],
  }),
  declare('code.verify', {
    method: 'POST',
    path: '/api/auth/verify-code',
    summary: 'Turn the code into a session',
    body: CodeBody,
    response: Started,
    showsSecret: true,
    errors: ['request.malformed', 'request.invalid_parameter', 'sign_in.refused', 'request.limited'],
  }),
  declare('session.read', {
    method: 'GET',
    path: '/api/auth/session',
    summary: 'Who is signed in',
    sessions: true,
    response: Current,
    errors: [],
  }),
  declare('session.end', {
    method: 'POST',
    path: '/api/auth/sign-out',
    summary: 'End this session',
    sessions: true,
    response: z.void(),
    errors: [],
  }),
  declare('sessions.list', {
    method: 'GET',
    path: '/api/auth/sessions',
    summary: 'The own sessions',
    sessions: true,
    response: z.object({ sessions: z.array(SessionRow) }),
    errors: [],
  }),
  declare('sessions.end_others', {
    method: 'POST',
    path: '/api/auth/sessions/end-others',
    summary: 'End all other sessions',
    sessions: true,
    response: z.object({ ended: z.number().int() }),
    errors: [],
  }),
  declare('sessions.end', {
    method: 'DELETE',
    path: '/api/auth/sessions/{id}',
    summary: 'End one of the own sessions',
    sessions: true,
    response: z.void(),
    errors: ['session.not_found'],
  }),
];

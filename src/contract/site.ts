import { z } from 'zod';
import type { ErrorCode } from '../kernel/error-catalogue.ts';
import type { Operation } from './operation.ts';
import { ShownOnce } from './wire.ts';

const Page = z.string().describe('An HTML page.');
const Check = z.object({ status: z.string() });

export const ClaimBody = z.strictObject({ token: z.string().min(1).max(200) });
export const ConfirmationBody = z.strictObject({ token: z.string().min(1).max(200) });
const Claimed = z.object({
  credential: ShownOnce,
  name: z.string(),
  masked: z.string(),
});

const declare = (name: string, path: string, summary: string, response: z.ZodType, errors: readonly ErrorCode[] = []) =>
  ({
    id: `site.${name}`,
    surface: 'site',
    method: 'GET',
    path,
    summary,
    families: [],
    resource: null,
    level: 'read',
    priceMillicredits: 0,
    rateClass: 'none',
    response,
    errors,
  }) as const satisfies Operation;

/** The public operations: they ask for no credential. `metrics` is for the operator and guards itself. */
export const siteOperations: readonly Operation[] = [
  declare('landing.read', '/', 'What runs here', Page),
  declare('health.read', '/healthz', 'Whether the process lives', Check),
  declare('readiness.read', '/readyz', 'Whether it can answer: control plane, ledger and catalogue', Check, [
    'admission.unavailable',
    'catalog.unavailable',
    'storage.unavailable',
  ]),
  declare('metrics.read', '/metrics', 'Measurements for Prometheus, for the operator only', z.string(), [
    'credential.missing',
  ]),
  declare(
    'openapi.read',
    '/api/v1/openapi.json',
    'OpenAPI 3.1 description of `/api/v1`',
    z.looseObject({ openapi: z.string() }),
  ),
  declare('docs.read', '/api/v1/docs', 'The same as a readable page', Page),
  declare(
    'openapi_v2.read',
    '/api/v2/schema',
    'OpenAPI 3.1 description of `/api/v2`',
    z.looseObject({ openapi: z.string() }),
  ),
  declare('docs_v2.read', '/api/v2/docs', 'The same as a readable page', Page),
  declare('claim.read', '/claim', 'The page behind a one-time claim link', Page),
  declare('sign_in.read', '/sign-in', 'The page behind a one-time sign-in link', Page),
  {
    ...declare('claim.open', '/api/claim', 'Take the key that a claim link stands for, once', Claimed, [
      'request.malformed',
      'request.invalid_parameter',
      'claim.refused',
      'request.limited',
    ]),
    method: 'POST',
    level: 'write',
    body: ClaimBody,
    showsSecret: true,
  },
  declare('confirmation.read', '/confirm-notification', 'The page behind a link that confirms an e-mail address', Page),
  {
    ...declare(
      'confirmation.take',
      '/api/notifications/confirm',
      'Agree that notifications are sent to an e-mail address, once',
      z.object({ name: z.string() }),
      ['request.malformed', 'request.invalid_parameter', 'confirmation.refused', 'request.limited'],
    ),
    method: 'POST',
    level: 'write',
    body: ConfirmationBody,
  },
];

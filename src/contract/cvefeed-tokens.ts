import { z } from 'zod';
import { Instant, ShownOnce, Words } from './wire.ts';

const Level = z.enum(['none', 'read', 'write']);
/** Which resources there are is the family's to say. */
const Scopes = z.record(z.string().max(64), Level);
const Expiry = Instant.nullable();
const Addresses = z.array(z.string().max(64)).max(100);

export const NewProjectTokenBody = z.strictObject({
  name: Words.max(100),
  scopes: Scopes,
  expires_at: Expiry.optional(),
  is_mcp_enabled: z.boolean().optional(),
  allowed_ips: Addresses.nullable().optional(),
});

export const ProjectTokenChangeBody = z.strictObject({
  name: Words.max(100).optional(),
  scopes: Scopes.optional(),
  expires_at: Expiry.optional(),
  is_mcp_enabled: z.boolean().optional(),
  allowed_ips: Addresses.nullable().optional(),
  /** false suspends the token, true resumes it. */
  is_active: z.boolean().optional(),
});

export const RotationBody = z.strictObject({
  /** How long the old token works on; 0 to 30 days. */
  overlap_seconds: z.int().min(0).max(2_592_000).default(0),
});

export const ProjectToken = z.object({
  id: z.int(),
  name: z.string(),
  prefix: z.string(),
  masked: z.string(),
  scopes: z.record(z.string(), Level),
  is_mcp_enabled: z.boolean(),
  status: z.enum(['active', 'suspended', 'expired', 'rotated', 'revoked']),
  expires_at: Expiry,
  overlap_until: Expiry,
  allowed_ips: z.array(z.string()),
  created_at: Instant,
  created_by: z.string().nullable(),
  revoked_at: Expiry,
  last_used_at: Expiry,
  last_used_ip: z.string().nullable(),
  requests_count: z.int(),
});

export const IssuedProjectToken = ProjectToken.extend({ token: ShownOnce });

/** page is a list as these products answer it: `next` and `previous` are absolute addresses. */
export const page = (row: z.ZodType) =>
  z.object({
    count: z.int(),
    next: z.string().nullable(),
    previous: z.string().nullable(),
    results: z.array(row),
  });

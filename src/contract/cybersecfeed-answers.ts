import { z } from 'zod';

/** Every answer ends with it; the times are seconds in UTC. */
const Meta = z
  .object({
    timestamp: z.string().describe('Time of the answer, ISO 8601 in UTC, to the second.'),
    version: z.literal('v1'),
    correlationId: z.string().describe('Names the request in the log; also the X-Correlation-ID header.'),
  })
  .meta({ id: 'Meta' });

const answer = <S extends z.ZodType>(data: S) => z.object({ data, meta: Meta });

const Cvss = z
  .looseObject({
    version: z.string(),
    vectorString: z.string(),
    baseScore: z.number(),
    baseSeverity: z.string(),
    source: z.string(),
  })
  .partial()
  .meta({ id: 'Cvss', description: 'The primary metric; the members that its CVSS version defines.' });

const Kev = z
  .object({
    dateAdded: z.string(),
    knownRansomware: z.boolean(),
    vendorProject: z.string().nullable(),
    product: z.string().nullable(),
    vulnerabilityName: z.string().nullable(),
    shortDescription: z.string().nullable(),
    requiredAction: z.string().nullable(),
    dueDate: z.string().nullable(),
    notes: z.string().nullable(),
    cwes: z.array(z.string()),
  })
  .meta({ id: 'Kev', description: 'The entry of CISA’s catalogue of known exploited vulnerabilities.' });

const Epss = z
  .object({
    score: z.number().min(0).max(1),
    percentile: z.number().min(0).max(1).nullable(),
    date: z.string().nullable(),
  })
  .meta({ id: 'Epss', description: 'Probability of exploitation within 30 days, 0 to 1.' });

const Enrichment = z
  .object({
    cvss_vector: z.string().nullable(),
    cvss_source: z.string().nullable(),
    cwe_list: z.array(z.string()),
    exploit_flag: z.boolean(),
    attack_vector: z.string().nullable(),
    patch_available: z.boolean(),
    cpe_count: z.int(),
    reference_count: z.int(),
    vendor_tags: z.array(z.string()),
    enriched_at: z.string().nullable(),
  })
  .meta({ id: 'Enrichment' });

export const Cve = z
  .object({
    id: z.string(),
    sourceIdentifier: z.string().nullable().optional(),
    status: z.enum(['PUBLISHED', 'REJECTED']).optional(),
    published: z.string().nullable().optional(),
    lastModified: z.string().nullable().optional(),
    title: z.string().nullable().optional(),
    description: z.string().nullable().optional(),
    severity: z.enum(['CRITICAL', 'HIGH', 'MEDIUM', 'LOW']).nullable().optional(),
    cvss: Cvss.nullable().optional(),
    metrics: z.array(Cvss).optional(),
    weaknesses: z.array(z.looseObject({ cweId: z.string().nullable() })).optional(),
    products: z.array(z.tuple([z.string(), z.string()])).optional(),
    cpe: z.array(z.looseObject({ vulnerable: z.boolean(), criteria: z.string() })).optional(),
    references: z.array(z.looseObject({ url: z.string() })).optional(),
    ssvc: z.looseObject({}).nullable().optional(),
    kev: Kev.nullable(),
    epss: Epss.nullable(),
    enrichment_status: z.enum(['enriched', 'partial', 'none']).optional(),
    source_tag: z.enum(['cve-list', 'starter']).optional(),
    enrichment: Enrichment.optional(),
    acsc: z.array(z.looseObject({})).optional(),
    attack: z.array(z.looseObject({})).optional(),
  })
  .meta({ id: 'Cve' });

const Pagination = z
  .object({
    limit: z.int(),
    hasMore: z.boolean(),
    nextCursor: z.string().nullable(),
    totalEstimate: z.int().describe('Rows that match the filters; here always exact.'),
  })
  .meta({ id: 'Pagination' });

const KevItem = z.object({ cve_id: z.string(), ...Kev.shape }).meta({ id: 'KevItem' });

export const PingLite = answer(z.object({ status: z.literal('ok'), timestamp: z.string() }));
export const Ping = answer(
  z.object({
    status: z.enum(['ok', 'degraded']),
    timestamp: z.string(),
    database: z.object({ connected: z.boolean(), latency_ms: z.number().nullable() }),
  }),
);
export const CveDetail = answer(z.object({ cve: Cve }));
export const CvePage = answer(z.object({ cves: z.array(Cve), pagination: Pagination }));
export const CveBatch = answer(z.object({ cves: z.array(Cve), notFound: z.array(z.string()), count: z.int() }));
export const KevPage = answer(z.object({ kev: z.array(KevItem), pagination: Pagination }));
export const KevDetail = answer(z.object({ kev: KevItem }));
export const Stats = answer(
  z.object({
    totals: z.object({
      cves: z.int(),
      published: z.int(),
      rejected: z.int(),
      kev: z.int(),
      kev_ransomware: z.int(),
      epss: z.int(),
      vendors: z.int(),
      products: z.int(),
    }),
    severity: z.object({ critical: z.int(), high: z.int(), medium: z.int(), low: z.int(), unknown: z.int() }),
    epss_date: z.string().nullable(),
    last_update: z.string().nullable(),
    sources: z.array(
      z.object({
        name: z.string(),
        last_success: z.string().nullable(),
        as_of: z.string().nullable(),
        lag_seconds: z.int().nullable(),
        records: z.int().nullable(),
        inserted: z.int().nullable(),
        updated: z.int().nullable(),
        unchanged: z.int().nullable(),
        skipped: z.int().nullable(),
        healthy: z.boolean(),
      }),
    ),
  }),
);
export const Usage = answer(
  z.object({
    usage: z.object({
      plan: z.string(),
      credits_limit: z.number().nullable(),
      credits_used: z.number(),
      credits_remaining: z.number().nullable(),
      reset_at: z.string(),
      percentage_used: z.number(),
    }),
  }),
);

/** The envelope of every failure. */
export const Failure = z
  .object({
    error: z.object({
      code: z.string(),
      message: z.string(),
      details: z.union([z.string(), z.looseObject({})]).optional(),
    }),
    meta: Meta,
  })
  .meta({ id: 'Failure' });

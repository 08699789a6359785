import { z } from 'zod';
import { choice, choices, decimal, flag, instant, parameterNotes, pattern, text, whole } from './parameter.ts';

/** The names that `fields` takes: those of the published API first, then those of the record itself. */
export const fieldNames = [
  'cve_id',
  'published',
  'modified',
  'severity',
  'status',
  'kev',
  'epss',
  'enrichment_status',
  'source_tag',
  'description',
  'acsc',
  'attack',
  'enrichment',
  'id',
  'sourceidentifier',
  'lastmodified',
  'title',
  'cvss',
  'metrics',
  'cpe',
  'references',
  'weaknesses',
  'products',
  'ssvc',
] as const;
export type FieldName = (typeof fieldNames)[number];

export const includeNames = ['enrichment', 'acsc', 'attack'] as const;
export type IncludeName = (typeof includeNames)[number];

export const sortKeys = ['severity', 'epss', 'published', 'modified'] as const;
/** The eight sorts in both spellings: `published_desc` and `-published`. */
export const sortWords = sortKeys.flatMap((key) => [`${key}_desc`, `${key}_asc`, `-${key}`, key]);

const selection = {
  fields: choices(fieldNames, {
    description: 'Parts of each record to send. `id`, `kev` and `epss` are always sent.',
    example: 'cve_id,severity,description',
  }),
  include: choices(includeNames, {
    description:
      'Parts to add. They do not change the price. `acsc` and `attack` are empty lists as long as no public source of them is loaded.',
    example: 'enrichment',
  }),
};

const page = {
  limit: whole(1, 100, { description: 'Rows to return.', example: '20' }, 20),
  after: text(200, { description: '`nextCursor` of the page before, with the same filters and sort.' }),
};

const filters = {
  q: text(500, {
    description:
      'Words of title, description, vendor and product; all must occur. `word*` is a prefix. A CVE id or its beginning matches ids.',
    example: 'log4j',
  }),
  severity: choices(['critical', 'high', 'medium', 'low', 'unknown'], {
    description: 'Severities by name.',
    example: 'critical,high',
  }),
  severity_min: decimal(0, 10, { description: 'Lowest CVSS base score.', example: '7.0' }),
  severity_max: decimal(0, 10, { description: 'Highest CVSS base score.' }),
  epss_min: decimal(0, 1, { description: 'Lowest EPSS score.', example: '0.5' }),
  epss_max: decimal(0, 1, { description: 'Highest EPSS score.' }),
  published_from: instant('from', { description: 'Published at or after.', example: '2024-01-01' }),
  published_to: instant('to', { description: 'Published at or before; a bare date includes that day.' }),
  kev: flag({ description: 'Whether CISA lists it as known exploited.', example: 'true' }),
  ransomware: flag({ description: 'Whether CISA knows of use in ransomware campaigns.' }),
  exploit: choice(['true', 'false', 'known', 'none', 'poc', 'active'], {
    description:
      '`true` or `known`: an exploit is known (KEV, SSVC or a tagged reference); `false`: none is. `none`, `poc`, `active`: what CISA’s SSVC assessment states.',
    example: 'active',
  }),
  vendor: text(200, { description: 'Vendor, as `products` names it.', example: 'apache' }),
  product: text(200, { description: 'Product, as `products` names it.', example: 'log4j' }),
  cwe: pattern(/^(?:[Cc][Ww][Ee]-)?\d{1,5}$/, 'a CWE id such as CWE-79 or 79', {
    description: 'Weakness.',
    example: 'CWE-79',
  }),
  assigner: text(200, { description: 'Short name of the CNA that assigned the id.', example: 'apache' }),
  status: choices(['published', 'rejected'], {
    description: 'State of the record. Without it, both.',
    example: 'published',
  }),
};

export const CveParams = z.object({
  id: z.string().regex(/^CVE-\d{4}-\d{4,19}$/i),
});
parameterNotes.add(CveParams.shape.id, {
  description: 'CVE id, in any case.',
  constraint: 'a CVE id such as CVE-2021-44228',
  wire: { type: 'string', pattern: '^[Cc][Vv][Ee]-[0-9]{4}-[0-9]{4,19}$' },
  example: 'CVE-2021-44228',
});

export const CveQuery = z.strictObject(selection);

export const CvesQuery = z.strictObject({
  ...filters,
  modified_from: instant('from', { description: 'Modified at or after.' }),
  modified_to: instant('to', { description: 'Modified at or before; a bare date includes that day.' }),
  sort: choice(
    sortWords,
    { description: 'Order of the rows: `severity_desc` and `-severity` mean the same.', example: 'severity_desc' },
    'published_desc',
  ),
  ...page,
  ...selection,
});

export const RecentQuery = z.strictObject({
  hours: whole(
    1,
    720,
    { description: 'Modified within that many hours. Not together with `days`.', example: '24' },
    24,
  ),
  days: whole(1, 30, { description: 'Modified within that many days. Not together with `hours`.', example: '7' }),
  ...filters,
  ...page,
  ...selection,
});

export const KevQuery = z.strictObject({
  q: text(500, { description: 'Words of CVE id, vendor, product and name; all must occur.', example: 'exchange' }),
  ransomware: flag({ description: 'Whether CISA knows of use in ransomware campaigns.', example: 'true' }),
  added_from: instant('from', { description: 'Added to the catalogue at or after.', example: '2024-01-01' }),
  added_to: instant('to', { description: 'Added to the catalogue at or before; a bare date includes that day.' }),
  ...page,
});

export const EmptyQuery = z.strictObject({});

const words = <const Word extends string>(names: readonly Word[]) =>
  z
    .union([
      z.string().transform((given) => given.split(',').map((word) => word.trim().toLowerCase())),
      z.array(z.string().transform((word) => word.toLowerCase())).max(50),
    ])
    .pipe(z.array(z.enum(names)).min(1));

/** The body of a batch: ids in any case; `fields` and `include` as a list or as comma-separated text. */
export const BatchBody = z.strictObject({
  cve_ids: z
    .array(z.string().regex(/^CVE-\d{4}-\d{4,19}$/i))
    .min(1)
    .max(50),
  fields: words(fieldNames).optional(),
  include: words(includeNames).optional(),
});

/** What an `INVALID_PARAMETER` answer says about each member of a batch's body. */
export const batchConstraints: Readonly<Record<string, string>> = {
  cve_ids: 'a list of 1 to 50 CVE ids',
  'cve_ids[]': 'a CVE id such as CVE-2021-44228',
  fields: `a list of ${fieldNames.join(', ')}`,
  include: `a list of ${includeNames.join(', ')}`,
};

/** The body of a batch as the OpenAPI document shows it. */
export const batchWire: Readonly<Record<string, unknown>> = {
  type: 'object',
  additionalProperties: false,
  required: ['cve_ids'],
  properties: {
    cve_ids: {
      type: 'array',
      minItems: 1,
      maxItems: 50,
      items: { type: 'string', pattern: '^[Cc][Vv][Ee]-[0-9]{4}-[0-9]{4,19}$' },
    },
    fields: { type: 'array', items: { type: 'string', enum: fieldNames } },
    include: { type: 'array', items: { type: 'string', enum: includeNames } },
  },
  example: { cve_ids: ['CVE-2021-44228', 'CVE-2014-0160'], fields: ['cve_id', 'severity', 'epss'] },
};

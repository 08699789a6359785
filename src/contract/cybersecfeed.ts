import type { z } from 'zod';
import type { ErrorCode } from '../kernel/error-catalogue.ts';
import {
  CveBatch,
  CveDetail,
  CvePage,
  KevDetail,
  KevPage,
  Ping,
  PingLite,
  Stats,
  Usage,
} from './cybersecfeed-answers.ts';
import {
  BatchBody,
  CveParams,
  CveQuery,
  CvesQuery,
  EmptyQuery,
  KevQuery,
  RecentQuery,
} from './cybersecfeed-parameters.ts';
import type { Operation } from './operation.ts';

/** Failures that every metered operation may answer, in the order of the verdict. */
const gate: readonly ErrorCode[] = [
  'request.insecure_transport',
  'request.credential_exposed',
  'request.credential_repeated',
  'credential.missing',
  'credential.invalid',
  'credential.expired',
  'plan.ended',
  'plan.expired',
  'credential.address_refused',
  'admission.rate_limited',
  'admission.credits_exhausted',
  'admission.unavailable',
];

interface Row {
  readonly name: string;
  readonly path: string;
  readonly summary: string;
  readonly description: string;
  readonly credits: number;
  readonly resource: string;
  readonly response: z.ZodType;
  readonly method?: 'GET' | 'POST';
  readonly params?: z.ZodObject;
  readonly query?: z.ZodObject;
  readonly body?: z.ZodType;
  readonly errors?: readonly ErrorCode[];
}

const declare = (row: Row) =>
  ({
    id: `cybersecfeed.${row.name}`,
    surface: 'cybersecfeed',
    method: row.method ?? 'GET',
    path: `/api/v1${row.path}`,
    summary: row.summary,
    description: row.description,
    families: ['subscription-key'],
    resource: row.resource,
    level: 'read',
    priceMillicredits: row.credits * 1000,
    rateClass: 'request',
    ...(row.params === undefined ? {} : { params: row.params }),
    query: row.query ?? EmptyQuery,
    ...(row.body === undefined ? {} : { body: row.body }),
    response: row.response,
    errors: [...gate, 'request.invalid_parameter', ...(row.errors ?? [])],
  }) as const satisfies Operation;

/** The operations of `/api/v1` that ask for a subscription key, with their prices. */
export const cybersecfeedOperations: readonly Operation[] = [
  declare({
    name: 'ping.read',
    path: '/ping',
    summary: 'Check key and server',
    description: 'Says that the key is valid and how fast the database answers.',
    credits: 0,
    resource: 'status',
    response: Ping,
  }),
  declare({
    name: 'ping.lite',
    path: '/ping-lite',
    summary: 'Check the key',
    description: 'Says that the key is valid, without asking the database more than that.',
    credits: 0,
    resource: 'status',
    response: PingLite,
  }),
  declare({
    name: 'stats.read',
    path: '/stats',
    summary: 'Totals of the catalogue',
    description: 'Records per severity, known exploited vulnerabilities, and the age of each source.',
    credits: 0.5,
    resource: 'stats',
    response: Stats,
    errors: ['catalog.unavailable'],
  }),
  declare({
    name: 'cves.list',
    path: '/cves',
    summary: 'Search CVE records',
    description:
      'Records that match every given filter, in the order of `sort`. Follow `nextCursor` until `hasMore` is false.',
    credits: 1,
    resource: 'cves',
    query: CvesQuery,
    response: CvePage,
    errors: ['catalog.cursor_invalid', 'catalog.unavailable'],
  }),
  declare({
    name: 'cves.recent',
    path: '/cves/recent',
    summary: 'Recently modified CVE records',
    description: 'Records modified within the last hours or days, newest change first.',
    credits: 2,
    resource: 'cves',
    query: RecentQuery,
    response: CvePage,
    errors: ['catalog.cursor_invalid', 'catalog.unavailable'],
  }),
  declare({
    name: 'cve.read',
    path: '/cve/{id}',
    summary: 'One CVE record',
    description: 'Everything known about one CVE. KEV and EPSS are always part of it.',
    credits: 5,
    resource: 'cves',
    params: CveParams,
    query: CveQuery,
    response: CveDetail,
    errors: ['catalog.cve_not_found', 'catalog.unavailable'],
  }),
  declare({
    name: 'cve.batch',
    path: '/cve/batch',
    method: 'POST',
    summary: 'Up to 50 CVE records',
    description: 'Records in the order of the request. Repeated ids collapse; unknown ones are listed in `notFound`.',
    credits: 35,
    resource: 'cves',
    body: BatchBody,
    response: CveBatch,
    errors: [
      'request.missing_parameter',
      'request.malformed',
      'request.unsupported_media_type',
      'request.too_large',
      'catalog.unavailable',
    ],
  }),
  declare({
    name: 'kev.list',
    path: '/kev',
    summary: 'Known exploited vulnerabilities',
    description: 'CISA’s catalogue, newest entry first.',
    credits: 1,
    resource: 'kev',
    query: KevQuery,
    response: KevPage,
    errors: ['catalog.cursor_invalid', 'catalog.unavailable'],
  }),
  declare({
    name: 'kev.read',
    path: '/kev/{id}',
    summary: 'One known exploited vulnerability',
    description: 'The entry of CISA’s catalogue for one CVE.',
    credits: 3,
    resource: 'kev',
    params: CveParams,
    response: KevDetail,
    errors: ['catalog.kev_not_found', 'catalog.unavailable'],
  }),
  declare({
    name: 'usage.read',
    path: '/usage',
    summary: 'Credits of the subscription',
    description:
      'Credits used and left in this billing period, and when it ends. Its answer also carries the X-Credits headers.',
    credits: 0,
    resource: 'usage',
    response: Usage,
  }),
];

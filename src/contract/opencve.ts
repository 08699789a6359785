import { z } from 'zod';
import type { ErrorCode } from '../kernel/error-catalogue.ts';
import {
  OpencveCve,
  OpencveCves,
  OpencveNamed,
  OpencveNames,
  OpencveProjectDetail,
  OpencveProjects,
  OpencveWeakness,
  OpencveWeaknesses,
} from './opencve-answers.ts';
import {
  OpencveChosenQuery,
  OpencveCvesQuery,
  OpencveDetailQuery,
  OpencveNamesQuery,
  OpencvePageQuery,
} from './opencve-parameters.ts';
import { opencveTagOperations } from './opencve-tags.ts';
import { opencveOperations as tokenOperations } from './opencve-tokens.ts';
import type { Operation } from './operation.ts';

const gate: readonly ErrorCode[] = [
  'request.insecure_transport',
  'request.credential_exposed',
  'request.credential_repeated',
  'request.not_acceptable',
  'request.limited',
  'credential.missing',
  'credential.invalid',
  'credential.address_refused',
  'credential.basic_malformed',
  'credential.password_refused',
  'session.missing',
  'scope.missing',
  'admission.rate_limited',
];

type Row = Pick<Operation, 'summary' | 'response'> & Partial<Pick<Operation, 'query' | 'spanning'>>;

const paramsOf = (path: string): z.ZodObject =>
  z.object(Object.fromEntries([...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => [name, z.string()])));

const read = (id: string, resource: string, path: string, row: Row, errors: readonly ErrorCode[] = []): Operation => ({
  id: `opencve.${id}`,
  surface: 'opencve',
  method: 'GET',
  path: `/api${path}`,
  families: ['organization-token'],
  sessions: true,
  basic: true,
  resource,
  level: 'read',
  priceMillicredits: 0,
  rateClass: 'request',
  ...(path.includes('{') ? { params: paramsOf(path) } : {}),
  ...row,
  errors: [...gate, ...errors],
});

const paged = ['request.page_unknown', 'catalog.unavailable'] as const;
const entry = 'catalog.entry_not_found';
const chosen = { query: OpencveChosenQuery, response: OpencveCves };
/** Names of vendors and products may hold a slash. */
const spanning = true;

/** The catalogue: the same for everybody. */
const catalogue: readonly Operation[] = [
  read(
    'cves.list',
    'catalog',
    '/cve',
    { summary: 'CVEs that match, the last changed first', query: OpencveCvesQuery, response: OpencveCves },
    [...paged, entry, 'tag.not_found', 'request.invalid_parameter'],
  ),
  read(
    'cve.read',
    'catalog',
    '/cve/{cve_id}',
    { summary: 'One CVE', query: OpencveDetailQuery, response: OpencveCve },
    ['catalog.cve_not_found'],
  ),
  read(
    'vendors.list',
    'catalog',
    '/vendors',
    { summary: 'Vendors by name', query: OpencveNamesQuery, response: OpencveNames },
    paged,
  ),
  read('vendor.read', 'catalog', '/vendors/{vendor}', { summary: 'One vendor', response: OpencveNamed, spanning }, [
    entry,
  ]),
  read(
    'vendor.cves',
    'catalog',
    '/vendors/{vendor}/cve',
    { summary: 'CVEs of a vendor, the last changed first', ...chosen, spanning },
    [...paged, entry],
  ),
  read(
    'products.list',
    'catalog',
    '/vendors/{vendor}/products',
    { summary: 'Products of a vendor by name', query: OpencveNamesQuery, response: OpencveNames, spanning },
    [...paged, entry],
  ),
  read(
    'product.read',
    'catalog',
    '/vendors/{vendor}/products/{product}',
    { summary: 'One product', response: OpencveNamed, spanning },
    [entry],
  ),
  read(
    'product.cves',
    'catalog',
    '/vendors/{vendor}/products/{product}/cve',
    { summary: 'CVEs of a product, the last changed first', ...chosen, spanning },
    [...paged, entry],
  ),
  read(
    'weaknesses.list',
    'catalog',
    '/weaknesses',
    { summary: 'Weaknesses by id', query: OpencveNamesQuery, response: OpencveWeaknesses },
    paged,
  ),
  read('weakness.read', 'catalog', '/weaknesses/{cwe_id}', { summary: 'One weakness', response: OpencveWeakness }, [
    entry,
  ]),
  read(
    'weakness.cves',
    'catalog',
    '/weaknesses/{cwe_id}/cve',
    { summary: 'CVEs of a weakness, the last changed first', ...chosen },
    [...paged, entry],
  ),
];

/** What belongs to somebody. */
const tenants: readonly Operation[] = [
  read(
    'organizations.list',
    'org',
    '/organizations',
    { summary: 'The organisations of the caller', query: OpencvePageQuery, response: OpencveNames },
    ['request.page_unknown'],
  ),
  read('organization.read', 'org', '/organizations/{name}', { summary: 'One organisation', response: OpencveNamed }, [
    'organization.not_found',
  ]),
  read(
    'projects.list',
    'projects',
    '/organizations/{name}/projects',
    { summary: 'Projects of an organisation by name', query: OpencvePageQuery, response: OpencveProjects },
    ['request.page_unknown', 'organization.not_found'],
  ),
  read(
    'project.read',
    'projects',
    '/organizations/{name}/projects/{project}',
    { summary: 'One project with its subscriptions', response: OpencveProjectDetail },
    ['organization.not_found', 'project.not_found'],
  ),
  read(
    'project.cves',
    'projects',
    '/organizations/{name}/projects/{project}/cve',
    { summary: 'CVEs that the subscriptions of a project match, the last changed first', ...chosen },
    [...paged, 'organization.not_found', 'project.not_found'],
  ),
];

/** The first generation of the product, with what it has as web pages only. */
export const opencveOperations: readonly Operation[] = [
  ...catalogue,
  ...tenants,
  ...opencveTagOperations,
  ...tokenOperations,
];

import type { Expression } from '../../catalog/index.ts';
import { OpencveChosenQuery, OpencvePageQuery } from '../../contract/index.ts';
import { fail } from '../../kernel/index.ts';
import { expressionFor, type ProjectSubscriptions } from '../../watch/index.ts';
import type { Exchange, Handler } from '../surface.ts';
import { pageText, pageWishOf, sliceOf } from './paging.ts';
import { readParameters } from './parameters.ts';
import { datesOf, projectRow, subscriptionsRow, type ProjectFacts } from './project-rows.ts';
import { cvePageText, tenantRead, type ReadingDeps } from './reading.ts';
import { stableUuid } from './uuids.ts';

export interface OpencveOrganization {
  readonly id: string;
  readonly name: string;
  /** Whether its members may use HTTP Basic for it. */
  readonly isBasicEnabled: boolean;
  readonly createdAtMs: number;
  readonly updatedAtMs: number;
}

/** What this surface reads of tenants. Nothing of it asks who asks: that is decided here. */
export interface TenantReads {
  /** An organisation by its id; null when it is gone. */
  organizationById(id: string): Promise<OpencveOrganization | null>;
  /** The organisations that a person has joined, by name. */
  organizationsOf(userId: string): Promise<readonly OpencveOrganization[]>;
  /** The projects of an organisation, by name. */
  projectsIn(organizationId: string): Promise<readonly ProjectFacts[]>;
  subscriptionsOf(projectId: number): Promise<ProjectSubscriptions>;
  /** Whether somebody else's organisation has that name. */
  isOrganization(name: string): Promise<boolean>;
  /** reportForeign records that a token reached for what belongs to another organisation. */
  reportForeign(credentialId: string, operationId: string, address: string): void;
}

export interface TenantDeps extends ReadingDeps {
  readonly tenants: TenantReads;
}

/** organizationsOf lists what a caller belongs to: a token to one organisation, a person to those that were joined. */
const organizationsOf = async (
  { tenants }: TenantDeps,
  exchange: Exchange,
): Promise<readonly OpencveOrganization[]> => {
  const { credential, person } = exchange;
  if (credential !== null) {
    const own = await tenants.organizationById(credential.ownerId);
    return own === null ? [] : [own];
  }
  if (person === null) return [];
  const joined = await tenants.organizationsOf(person.userId);
  return person.isBasic === true ? joined.filter(({ isBasicEnabled }) => isBasicEnabled) : joined;
};

const organizationIn = async (deps: TenantDeps, exchange: Exchange): Promise<OpencveOrganization> => {
  const wanted = exchange.params['name'] ?? '';
  const found = (await organizationsOf(deps, exchange)).find(({ name }) => name === wanted);
  if (found !== undefined) return found;
  const { credential, operation, address } = exchange;
  if (credential !== null && (await deps.tenants.isOrganization(wanted)))
    deps.tenants.reportForeign(credential.id, operation?.id ?? '', address);
  throw fail('organization.not_found');
};

const projectIn = async (deps: TenantDeps, exchange: Exchange): Promise<ProjectFacts> => {
  const { id } = await organizationIn(deps, exchange);
  const wanted = exchange.params['project'] ?? '';
  const found = (await deps.tenants.projectsIn(id)).find(({ name }) => name === wanted);
  if (found === undefined) throw fail('project.not_found');
  return found;
};

const organizationRow = (organization: OpencveOrganization) => ({
  id: stableUuid('organization', organization.id),
  ...datesOf(organization),
  name: organization.name,
});

/**
 * projectCondition is what the caller's project of that name watches, for the query language: in the organisation of a token,
 * and in any that a person belongs to. Null when there is none.
 */
export const projectCondition =
  (deps: TenantDeps) =>
  async (exchange: Exchange, name: string): Promise<Expression | null> => {
    for (const { id } of await organizationsOf(deps, exchange)) {
      const found = (await deps.tenants.projectsIn(id)).find((project) => project.name === name);
      if (found !== undefined) return expressionFor(await deps.tenants.subscriptionsOf(found.id));
    }
    return null;
  };

/** tenantHandlers read organisations and projects. */
export const tenantHandlers = (deps: TenantDeps): Readonly<Record<string, Handler>> => {
  const { tenants, publicUrl, pageSize } = deps;

  const page = <Row>(exchange: Exchange, rows: readonly Row[], show: (row: Row) => unknown): Promise<string> => {
    const wish = pageWishOf(readParameters(OpencvePageQuery, exchange.query), pageSize);
    return pageText(exchange, publicUrl, wish, sliceOf(rows), (row) => JSON.stringify(show(row)));
  };

  return {
    'opencve.organizations.list': tenantRead(async (exchange) =>
      page(exchange, await organizationsOf(deps, exchange), organizationRow),
    ),
    'opencve.organization.read': tenantRead(async (exchange) =>
      JSON.stringify(organizationRow(await organizationIn(deps, exchange))),
    ),
    'opencve.projects.list': tenantRead(async (exchange) =>
      page(exchange, await tenants.projectsIn((await organizationIn(deps, exchange)).id), projectRow),
    ),
    'opencve.project.read': tenantRead(async (exchange) => {
      const project = await projectIn(deps, exchange);
      const subscriptions = subscriptionsRow(await tenants.subscriptionsOf(project.id));
      return JSON.stringify({ ...projectRow(project), subscriptions });
    }),
    'opencve.project.cves': tenantRead(async (exchange) => {
      const project = await projectIn(deps, exchange);
      const where = expressionFor(await tenants.subscriptionsOf(project.id));
      return cvePageText(deps, exchange, where, readParameters(OpencveChosenQuery, exchange.query));
    }),
  };
};

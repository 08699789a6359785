/** The whole program: the control plane's parts, the catalogue, the HTTP server and the upkeep, bound together. */
import { mkdirSync } from 'node:fs';
import { projectOwnerId } from './accounts/index.ts';
import { isSettled, loadStarter, openCatalog, type Catalog, type SearchClient } from './catalog/index.ts';
import { AppError, systemActor, type Clock } from './kernel/index.ts';
import { createHttp, type HttpDeps, type HttpServer, type PeopleVerbs } from './http/index.ts';
import { holdersOf } from './holders.ts';
import { membershipsOf } from './memberships.ts';
import { openParts, type Parts, type Surroundings } from './parts.ts';
import { ping } from './storage/index.ts';
import { createUpkeep, type Upkeep } from './upkeep.ts';

export interface App {
  readonly parts: Parts;
  readonly catalog: Catalog;
  readonly server: HttpServer;
  readonly upkeep: Upkeep;
  /** close finishes and settles what was admitted, then closes every store. */
  close(): Promise<void>;
}

/**
 * fillCatalogue loads the starter catalogue into an empty one, so that a first start answers without a network, and merges
 * the log that a writer left behind.
 */
const fillCatalogue = async ({ config, clock, log }: Surroundings): Promise<void> => {
  const { databasePath, tempFolder } = config.catalogue;
  try {
    const { inserted } = await loadStarter({ databasePath, tempFolder, clock, log });
    if (inserted > 0) log.info('catalog.starter_loaded', { records: inserted });
  } catch (error) {
    // An import that runs in another process is filling the catalogue with better records.
    if (!(error instanceof AppError && error.code === 'catalog.ingest_running')) throw error;
  }
};

/** peopleOf binds what the surfaces of people need. */
const peopleOf = (parts: Parts, clock: Clock): PeopleVerbs => {
  const { accounts, audit, billing, credentials, claims, watch } = parts;
  const { signIn, sessions, projects, plans, users } = accounts;
  return {
    auth: { ...signIn, ...sessions },
    credentials: { ...credentials, issue: (input) => credentials.issue(input) },
    projects: {
      find: projects.find,
      requireManage: (actor, projectId) => accounts.requireAccess(actor, projectOwnerId(projectId), 'manage'),
      planOf: plans.ofProject,
    },
    organizations: {
      find: accounts.organizations.find,
      requireOwn: (actor, organizationId) => accounts.requireAccess(actor, organizationId, 'own'),
    },
    tenants: {
      organizationById: accounts.organizations.byId,
      organizationsOf: accounts.organizations.listOf,
      projectsIn: (organizationId) => projects.listIn({ actor: systemActor, organizationId }),
      subscriptionsOf: watch.subscriptions.of,
      isOrganization: async (organization) =>
        (await accounts.organizations.find({ actor: systemActor, organization })) !== null,
      reportForeign: credentials.reportForeign,
    },
    tags: watch.tags,
    passwords: accounts.passwords,
    activity: audit,
    emailOf: async (userId) => (await users.get(userId))?.email ?? null,
    memberships: membershipsOf({ accounts }),
    claims,
    confirmations: watch.notifications,
    billing,
    holders: holdersOf(parts, clock),
  };
};

/** opencveV2Of binds what tokens of organisations reach. */
const opencveV2Of = (parts: Parts, people: PeopleVerbs, catalog: Catalog): HttpDeps['opencveV2'] => {
  const { accounts, audit, credentials, watch } = parts;
  const { emailOf, tenants } = people;
  const { organizationById, isOrganization, projectsIn, reportForeign } = tenants;
  return {
    catalog,
    organizationById,
    isOrganization,
    reportForeign,
    tokenById: (id) => credentials.show({ actor: systemActor, id }),
    projectNamed: accounts.projectTurns.findIn,
    projectsOf: (organizationId) => accounts.projects.listIn({ actor: systemActor, organizationId }),
    projects: accounts.projects,
    subscriptions: watch.subscriptions,
    tracker: watch.tracker,
    organizations: { rename: accounts.organizations.change, places: accounts.places },
    audit,
    notifications: watch.notifications,
    automations: watch.automations,
    executions: watch.executions,
    reports: watch.reports,
    emailOf,
    projectCondition: async (organizationId, name) => {
      const project = (await projectsIn(organizationId)).find((each) => each.name === name);
      return project === undefined ? null : watch.subscriptions.expressionOf(project.id);
    },
    taggedByMaker: async (credentialId, tag) => {
      const { createdBy } = await credentials.show({ actor: systemActor, id: credentialId });
      return createdBy === '' ? null : watch.tags.cveIds(createdBy, tag);
    },
  };
};

/** Start is what a program is started with; the search thread may run already. */
export interface Start extends Surroundings {
  readonly version: string;
  readonly search?: SearchClient;
}

/** openApp opens everything that serves, with the starter catalogue when there is no other; nothing listens yet. */
export const openApp = async (start: Start): Promise<App> => {
  const { config, clock, random, log, version, search } = start;
  const parts = await openParts(start);
  let catalog: Catalog | null = null;
  try {
    const { databasePath, tempFolder } = config.catalogue;
    mkdirSync(tempFolder, { recursive: true });
    if (!isSettled(databasePath)) await fillCatalogue(start);
    const reads = openCatalog({ databasePath, clock, log, ...(search === undefined ? {} : { search }) });
    catalog = reads;
    if (reads.isEmpty()) await fillCatalogue(start);
    const people = peopleOf(parts, clock);
    const server = await createHttp({
      clock,
      random,
      log,
      version,
      config: config.server,
      credentials: parts.credentials,
      sessions: parts.accounts.sessions,
      people,
      opencveV2: opencveV2Of(parts, people, reads),
      leaks: config.leaks,
      admission: parts.admission,
      catalog: reads,
      ready: {
        controlPlane: () => ping(parts.control.db),
        ledger: parts.admission.ready,
        catalogue: reads.ready,
      },
      memoryBytes: process.memoryUsage.rss,
    });
    const upkeep = createUpkeep({
      config,
      clock,
      log,
      admission: parts.admission,
      credentials: parts.credentials,
      queue: parts.queue,
      mail: parts.mail,
    });
    const close = async (): Promise<void> => {
      await upkeep.stop();
      await server.close();
      await reads.close();
      await parts.close();
    };
    return { parts, catalog: reads, server, upkeep, close };
  } catch (error) {
    await catalog?.close();
    await parts.close();
    throw error;
  }
};

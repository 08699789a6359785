/**
 * HTTP: the only module that knows requests and answers.
 *
 * It owns the server (framing, TLS, trusted proxies, limits, orderly stop), the guard through which every operation of
 * every surface goes, and the surfaces. It owns no rule of credentials, admission or the catalogue: they are handed in, and
 * a surface only translates between a product's wire and their words.
 *
 * Invariants: no handler runs before its request is verified and its charge committed; refunds (304, 400, 5xx) are
 * committed before the answer leaves; no credential is ever logged or echoed; every answer carries the correlation id that
 * the log has; unknown failures show a fixed text.
 *
 * Fails to start with `config.invalid` or `server.address_in_use`; while running, a failure is always an answer.
 */
import { createAuth, type AuthDeps } from './auth/index.ts';
import { createBasicGate, type PasswordVerbs } from './basic-gate.ts';
import { createBilling, type BillingVerbs } from './billing/index.ts';
import { createCvefeed, type CvefeedDeps } from './cvefeed/index.ts';
import { createCvefinder, type CvefinderDeps } from './cvefinder/index.ts';
import { createCybersecfeed, type CatalogReads as CybersecfeedCatalog } from './cybersecfeed/index.ts';
import { createMembership, type MembershipVerbs } from './membership/index.ts';
import { createLeaks, type LeaksDeps } from './leaks/index.ts';
import { createOpencve, type OpencveCatalog, type OpencveDeps } from './opencve/index.ts';
import { createOpencveV2, type OpencveV2Deps } from './opencve-v2/index.ts';
import type { ServerDeps, HttpServer } from './server.ts';
import { createServer } from './server.ts';
import { createSite, type ClaimVerbs, type ConfirmationVerbs, type SiteDeps } from './site/index.ts';
import { createTraffic } from './traffic.ts';

/** What the surfaces read of the catalogue. */
export type CatalogReads = CybersecfeedCatalog & CvefinderDeps['catalog'] & OpencveCatalog;

export type { HttpServer } from './server.ts';
export type { AdmissionGate, CredentialGate, ExposurePlace, Person, PresentedSession, SessionGate } from './surface.ts';

/** What the surfaces of people need of the modules below. */
export interface PeopleVerbs {
  readonly auth: AuthDeps['auth'];
  readonly credentials: CvefeedDeps['tokens'] & LeaksDeps['leaks'];
  readonly projects: Omit<CvefeedDeps['projects'], 'holder'>;
  readonly organizations: OpencveDeps['organizations'];
  readonly tenants: OpencveDeps['tenants'];
  readonly tags: OpencveDeps['tags'];
  readonly passwords: PasswordVerbs;
  readonly activity: CvefeedDeps['activity'];
  readonly emailOf: CvefeedDeps['emailOf'];
  readonly memberships: MembershipVerbs;
  /** What requests of signed-in people are admitted as. */
  readonly holders: {
    readonly ofMember: CvefeedDeps['projects']['holder'];
    readonly ofPerson: CvefinderDeps['holder'];
  };
  readonly claims: ClaimVerbs;
  readonly confirmations: ConfirmationVerbs;
  readonly billing: BillingVerbs;
}

export interface HttpDeps extends Omit<ServerDeps, 'traffic' | 'surfaces' | 'basic'> {
  readonly catalog: CatalogReads;
  readonly people: PeopleVerbs;
  readonly opencveV2: Omit<OpencveV2Deps, 'clock' | 'publicUrl' | 'queryTermsMax'>;
  readonly leaks: LeaksDeps['config'];
  /** Version of the program, for the API description. */
  readonly version: string;
  /** Each resolves when its part answers, rejects when it does not. */
  readonly ready: SiteDeps['ready'];
  /** Resident memory of the process, in bytes. */
  readonly memoryBytes: () => number;
}

/** createHttp builds the server with all surfaces. Nothing listens until `listen` is called. */
export const createHttp = async (deps: HttpDeps): Promise<HttpServer> => {
  const traffic = createTraffic();
  const { catalog, clock, config, people } = deps;
  let server: HttpServer | null = null;
  const site = createSite({
    ...deps,
    claims: people.claims,
    confirmations: people.confirmations,
    traffic,
    feeds: () => catalog.feedStates(),
    isClosing: () => server?.isClosing ?? false,
  });
  const cybersecfeed = createCybersecfeed({ catalog, clock, controlPlane: deps.ready.controlPlane });
  const { publicUrl } = config;
  const { credentials: tokens, emailOf, memberships } = people;
  server = await createServer({
    ...deps,
    config,
    traffic,
    basic: createBasicGate(clock, people.passwords),
    surfaces: [
      site,
      cybersecfeed,
      createCvefinder({ keys: tokens, catalog, holder: people.holders.ofPerson }),
      createCvefeed({
        clock,
        publicUrl,
        projects: { ...people.projects, holder: people.holders.ofMember },
        tokens,
        emailOf,
        memberships,
        activity: people.activity,
      }),
      createOpencve({
        ...people,
        catalog,
        publicUrl,
        pageSize: config.opencvePageSize,
        queryTermsMax: config.opencveConditions,
        nowMs: () => clock.nowMs(),
        tokens,
      }),
      createOpencveV2({ ...deps.opencveV2, clock, publicUrl, queryTermsMax: config.opencveConditions }),
      createMembership({ publicUrl, memberships, emailOf }),
      createAuth({ clock, auth: people.auth }),
      createLeaks({ clock, config: deps.leaks, leaks: people.credentials }),
      createBilling(people.billing),
    ],
  });
  return server;
};

import type { HttpDeps, PeopleVerbs, SessionGate } from '../../src/http/index.ts';
import { fail } from '../../src/kernel/index.ts';

const nobody = (): Promise<never> => Promise.reject(fail('account.not_found'));

/** noPeople is what the surfaces of people get where a test has none. */
export const noPeople: PeopleVerbs = {
  auth: { requestCode: nobody, verifyCode: nobody, list: nobody, end: nobody, endOthers: nobody },
  credentials: {
    issue: nobody,
    list: nobody,
    show: nobody,
    update: nobody,
    revoke: nobody,
    suspend: nobody,
    resume: nobody,
    rotate: nobody,
    reportLeaks: nobody,
  },
  projects: { find: nobody, requireManage: nobody, planOf: nobody },
  organizations: { find: nobody, requireOwn: nobody },
  tenants: {
    organizationById: async () => null,
    organizationsOf: async () => [],
    projectsIn: nobody,
    subscriptionsOf: nobody,
    isOrganization: async () => false,
    reportForeign: () => {},
  },
  tags: {
    list: nobody,
    find: nobody,
    cveIds: nobody,
    on: nobody,
    create: nobody,
    change: nobody,
    delete: nobody,
    setOn: nobody,
  },
  passwords: { verify: async () => ({ kind: 'refused' }), recall: async () => ({ kind: 'refused' }) },
  activity: { list: nobody },
  emailOf: nobody,
  holders: { ofMember: nobody, ofPerson: nobody },
  memberships: {
    findOrganization: nobody,
    requireAccess: nobody,
    members: nobody,
    setRole: nobody,
    remove: nobody,
    transfer: nobody,
    invite: nobody,
    invitationsOf: nobody,
    invitationsFor: nobody,
    accept: nobody,
    decline: nobody,
    withdraw: nobody,
    nameOf: nobody,
  },
  claims: { open: nobody },
  confirmations: { confirm: nobody },
  billing: { handleStripeEvent: nobody },
};

/** noOpencveV2 is what `/api/v2` gets where a test has none: an empty catalogue. */
export const noOpencveV2: HttpDeps['opencveV2'] = {
  catalog: {
    find: () => null,
    changes: () => [],
    revisionOf: () => null,
    version: () => 0,
    document: () => null,
    list: nobody,
    vendors: nobody,
    products: nobody,
    weaknesses: nobody,
    findVendor: () => null,
    findProduct: () => null,
    findWeakness: () => null,
  },
  organizationById: nobody,
  isOrganization: nobody,
  reportForeign: () => {},
  tokenById: nobody,
  projectCondition: nobody,
  taggedByMaker: nobody,
  projectNamed: nobody,
  projectsOf: nobody,
  projects: { create: nobody, change: nobody, delete: nobody },
  subscriptions: {
    of: nobody,
    countsOf: nobody,
    expressionOf: nobody,
    add: nobody,
    replace: nobody,
    remove: nobody,
  },
  tracker: { of: nobody, cveIds: nobody, set: nobody },
  organizations: { rename: nobody, places: { list: nobody, invite: nobody, change: nobody, remove: nobody } },
  audit: { list: nobody },
  notifications: { list: nobody, find: nobody, create: nobody, change: nobody, remove: nobody },
  automations: { list: nobody, find: nobody, create: nobody, change: nobody, remove: nobody },
  executions: { list: nobody, find: nobody },
  reports: { list: nobody, find: nobody },
  emailOf: nobody,
};

/** noSessions lets nobody in as a person. */
export const noSessions: SessionGate = { check: async () => ({ kind: 'refused', code: 'session.missing' }) };

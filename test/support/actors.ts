import { createAccounts, type Accounts, type NewSubscription, type Subscription } from '../../src/accounts/index.ts';
import {
  createAdmission,
  periodAt,
  type Admission,
  type AdmissionOutcome,
  type AdmissionRequest,
  type Settlement,
} from '../../src/admission/index.ts';
import { createAudit, type Audit } from '../../src/audit/index.ts';
import {
  documentedTiers,
  testConfig,
  type AccountsConfig,
  type KeyringConfig,
  type SubscriptionTiers,
} from '../../src/config/index.ts';
import { createCredentials, openPeppers, type Credentials, type NewCredential } from '../../src/credentials/index.ts';
import { ManualClock, operatorActor, Secret, seededRandom, silentLog, type Log } from '../../src/kernel/index.ts';
import { createSealing, openKeyring, type Keyring } from '../../src/keyring/index.ts';
import type { Terms, VerifiedCredential } from '../../src/kernel/index.ts';
import { createAddressCheck } from '../../src/outbound/index.ts';
import { openControl, type Control, type Db } from '../../src/storage/index.ts';
import { createWatch, type Watch } from '../../src/watch/index.ts';
import type { TestDatabase } from './engines.ts';

/** A node: the control plane's modules bound as in the program, on a manual clock and seeded randomness. */
export interface Node {
  readonly control: Control;
  readonly clock: ManualClock;
  readonly keyring: Keyring;
  readonly audit: Audit;
  readonly admission: Admission;
  readonly accounts: Accounts;
  readonly credentials: Credentials;
  readonly watch: Watch;
  /** What was sent, oldest first; also by transactions that were undone. */
  readonly mails: readonly TestMail[];
  close(): Promise<void>;
}

export interface TestMail {
  readonly to: string;
  readonly subject: string;
  readonly text: string;
}

export interface NodeOptions {
  readonly accounts?: Partial<AccountsConfig>;
  readonly clock?: ManualClock;
  /** Nodes of one database need seeds of their own, or they draw the same ids. */
  readonly seed?: string;
  readonly tiers?: SubscriptionTiers;
  readonly log?: Log;
}

/** testPepper is the pepper of every test node. */
export const testPepper: KeyringConfig = { source: 'pepper', value: new Secret(Buffer.alloc(32, 7)) };

const hourMs = 3_600_000;

/** nodeOn builds a node on a control plane that stays the caller's to close. */
export const nodeOn = async (control: Control, options: NodeOptions = {}): Promise<Node> => {
  const { clock = new ManualClock(), seed = 'node', tiers = documentedTiers, log = silentLog } = options;
  const random = seededRandom(seed);
  const keyring = openKeyring({ source: testPepper, random, clock });
  const peppers = await openPeppers(keyring, control.db);
  const admission = createAdmission({ control, clock, log, durability: 'process' });
  const mails: TestMail[] = [];
  const mail = {
    send: (_tx: Db, sent: TestMail): Promise<void> => {
      mails.push(sent);
      return Promise.resolve();
    },
    forget: (_tx: Db, address: string): Promise<number> =>
      Promise.resolve(mails.filter(({ to }) => to === address).length),
  };
  const audit = createAudit({ control, clock, random, log, keyring, checkpointEntries: 1000, checkpointMs: hourMs });
  const accounts = createAccounts({
    control,
    clock,
    random,
    config: { ...testConfig().accounts, ...options.accounts },
    tiers,
    graceMs: 72 * hourMs,
    publicUrl: 'https://vulngate.example.org',
    meters: admission,
    periodAt,
    audit,
    mail,
    keys: keyring,
    revokeAllOf: (tx, ownerId, actor) => credentials.revokeAllOf(tx, ownerId, actor),
    dependants: {
      projectDeleted: (tx, projectId) => watch.dependants.projectDeleted(tx, projectId),
      memberLeft: (tx, userId) => watch.dependants.memberLeft(tx, userId),
      personDeleted: (tx, userId) => watch.dependants.personDeleted(tx, userId),
    },
  });
  const credentials = createCredentials({
    control,
    clock,
    random,
    log,
    peppers,
    audit,
    mail,
    standing: accounts.standing,
    moveFence: admission.moveFence,
    mayManage: accounts.mayManage,
    creatorMayHold: accounts.creatorMayHold,
    contactsOf: accounts.contactsOf,
  });
  const watch = createWatch({
    control,
    clock,
    random,
    audit,
    mail,
    publicUrl: 'https://vulngate.example.org',
    sealing: createSealing(keyring.peppers, random),
    checkAddress: createAddressCheck({ config: { allow: [] }, clock, resolve: () => Promise.resolve([]) }),
    projects: accounts.projectTurns,
  });
  return {
    control,
    clock,
    keyring,
    audit,
    admission,
    accounts,
    credentials,
    watch,
    mails,
    close: () => admission.close(),
  };
};

/** secondNodeOn opens the database once more, as another process would, and builds a node that shares only the clock. */
export const secondNodeOn = async (database: TestDatabase, first: Node, options: NodeOptions = {}): Promise<Node> => {
  const control = await openControl(database.settings, options.log ?? silentLog);
  const node = await nodeOn(control, { clock: first.clock, seed: 'second', ...options });
  const close = async (): Promise<void> => {
    await node.close();
    await control.close();
  };
  return { ...node, close };
};

/** subscriberOn makes a user and a subscription. */
export const subscriberOn = async (
  { accounts }: Node,
  subscription: Partial<Omit<NewSubscription, 'email'>> = {},
  email = 'ada@example.org',
): Promise<Subscription> => {
  if ((await accounts.users.findByEmail(email)) === null) await accounts.users.create({ actor: operatorActor, email });
  return accounts.subscriptions.create({ actor: operatorActor, email, tier: 'plus', ...subscription });
};

export interface Holder {
  readonly subscription: Subscription;
  readonly id: string;
  readonly presented: string;
  readonly verified: VerifiedCredential;
}

/** holderOn makes a subscription with one key, verified. */
export const holderOn = async (
  node: Node,
  subscription: Partial<Omit<NewSubscription, 'email'>> = {},
  credential: Partial<NewCredential> = {},
): Promise<Holder> => {
  const made = await subscriberOn(node, subscription);
  const issued = await node.credentials.issue({
    actor: operatorActor,
    family: 'subscription-key',
    ownerId: made.id,
    name: 'key',
    ...credential,
  });
  return {
    subscription: made,
    id: issued.id,
    presented: issued.presented,
    verified: await verifiedOn(node, issued.presented),
  };
};

export const callerAddress = '203.0.113.9';

/** verifiedOn verifies afresh and returns the credential; throws with the code of a refusal. */
export const verifiedOn = async (node: Node, presented: string): Promise<VerifiedCredential> => {
  const outcome = await node.credentials.verify({
    family: 'subscription-key',
    presented,
    address: callerAddress,
    fresh: true,
  });
  if (outcome.kind === 'refused') throw new Error(`refused: ${outcome.code}`);
  return outcome.credential;
};

export const termsOf = (terms: Partial<Terms> = {}): Terms => ({
  planName: 'Test',
  creditLimitMillicredits: null,
  rate: null,
  periodAnchorMs: Date.UTC(2026, 0, 1),
  ...terms,
});

export const credentialOf = (credential: Partial<VerifiedCredential> = {}): VerifiedCredential => ({
  id: 'crd_test',
  family: 'subscription-key',
  ownerId: 'sub_test',
  fence: 1,
  terms: termsOf(),
  scopes: { '*': 'write' },
  ...credential,
});

/** requestOf is a request of one credit that counts against the rate limit. */
export const requestOf = (
  credential: VerifiedCredential,
  request: Partial<Omit<AdmissionRequest, 'credential'>> = {},
): AdmissionRequest => ({
  credential,
  operationId: 'test.read',
  priceMillicredits: 1000,
  counted: true,
  address: callerAddress,
  client: 'test/1',
  correlationId: 'c-1',
  ...request,
});

/** settleOn records an ending and moves the clock on by what an ending without a refund waits for company. */
export const settleOn = async ({ admission, clock }: Node, settlement: Settlement): Promise<void> => {
  const settled = admission.settle(settlement);
  clock.advance(25);
  await settled;
};

/** admittedOf returns the admitted outcome, or throws with the code of the refusal. */
export const admittedOf = (outcome: AdmissionOutcome): Extract<AdmissionOutcome, { kind: 'admitted' }> => {
  if (outcome.kind === 'admitted') return outcome;
  throw new Error(outcome.kind === 'refused' ? outcome.code : outcome.kind);
};

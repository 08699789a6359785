import { createAdmission, type Admission } from '../../src/admission/index.ts';
import { createCredentials, openPeppers, type Credentials, type CredentialsDeps } from '../../src/credentials/index.ts';
import {
  ManualClock,
  operatorActor,
  seededRandom,
  silentLog,
  type Actor,
  type AuditEntry,
  type Family,
  type Log,
  type Random,
} from '../../src/kernel/index.ts';
import { openKeyring } from '../../src/keyring/index.ts';
import { inTransaction, type Control } from '../../src/storage/index.ts';
import { termsOf, testPepper } from './actors.ts';

type Standing = NonNullable<Awaited<ReturnType<CredentialsDeps['standing']>>>;

export interface SentMail {
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  readonly dedupeKey?: string;
}

/** Credentials on a real control plane and ledger, with people and owners that a test moves by hand. */
export interface CredentialDesk {
  readonly control: Control;
  readonly clock: ManualClock;
  readonly admission: Admission;
  readonly credentials: Credentials;
  readonly entries: AuditEntry[];
  readonly mails: SentMail[];
  /** What owners may do; one that is not set is in good standing. */
  readonly standings: Map<string, Standing | null>;
  /** `<user id> <owner id>` of people who manage the owner. */
  readonly managers: Set<string>;
  /** People whose credentials stop. */
  readonly gone: Set<string>;
  /** own opens the ledger row of an owner. */
  own(ownerId: string): Promise<string>;
}

export const person = (id: string): Actor => ({ ...operatorActor, kind: 'user', id, name: `${id}@example.org` });

/** owners has one owner id for each family. */
export const owners: Readonly<Record<Family, string>> = {
  'project-token': 'prj_12',
  'user-key': 'usr_ada',
  'subscription-key': 'sub_ada',
  'organization-token': 'org_acme',
};

/** deskOn builds one on a control plane that stays the caller's to close. */
export const deskOn = async (
  control: Control,
  options: { readonly random?: Random; readonly clock?: ManualClock; readonly log?: Log } = {},
): Promise<CredentialDesk> => {
  const { clock = new ManualClock(), random = seededRandom('desk'), log = silentLog } = options;
  const keyring = openKeyring({ source: testPepper, random: seededRandom('keys'), clock });
  const admission = createAdmission({ control, clock, log, durability: 'process' });
  const entries: AuditEntry[] = [];
  const mails: SentMail[] = [];
  const standings: CredentialDesk['standings'] = new Map();
  const managers = new Set<string>();
  const gone = new Set<string>();
  const credentials = createCredentials({
    control,
    clock,
    random,
    log,
    peppers: await openPeppers(keyring, control.db),
    audit: {
      record: async (_tx, entry) => {
        entries.push(entry);
      },
    },
    standing: async (ownerId) => {
      const set = standings.get(ownerId);
      return set === undefined ? { terms: termsOf(), refusals: [] } : set;
    },
    moveFence: admission.moveFence,
    mayManage: async (actor, ownerId) => managers.has(`${actor.id} ${ownerId}`),
    creatorMayHold: async (_ownerId, userId) => !gone.has(userId),
    contactsOf: async (ownerId) => [`${ownerId}@example.org`],
    mail: {
      send: async (_tx, mail) => {
        mails.push(mail);
      },
    },
  });
  const own = async (ownerId: string): Promise<string> => {
    if ((await admission.fenceOf(control.db, ownerId)) === undefined) {
      await inTransaction(control.db, (tx) => admission.openMeter(tx, ownerId));
    }
    return ownerId;
  };
  return { control, clock, admission, credentials, entries, mails, standings, managers, gone, own };
};

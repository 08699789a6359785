import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { OptionTexts } from '../../src/config/index.ts';
import { operatorActor } from '../../src/kernel/index.ts';
import type { Level } from '../../src/kernel/index.ts';
import { openPeopleApp, type PeopleApp, type SignedIn } from './people-app.ts';
import { importSamples, sampleRecords } from './sample-records.ts';
import type { WireAnswer } from './wire.ts';

/** The program with three records, and the organisation `acme` with its owner. */
export interface ProjectDesk {
  readonly server: PeopleApp;
  readonly owner: SignedIn;
  readonly organizationId: string;
  /** project makes an active project of `acme` with that name, beyond the limits of any plan, and returns its path. */
  project(name: string): Promise<string>;
  /** token issues a token of an organisation, `acme` unless said, and returns what sends requests with it below `/api/v2`. */
  token(scopes: Readonly<Record<string, Level>>, organizationId?: string): Promise<TokenCall>;
  close(): Promise<void>;
}

export type TokenCall = (method: string, path: string, body?: unknown) => Promise<WireAnswer>;

export const openProjectDesk = async (options: OptionTexts = {}): Promise<ProjectDesk> => {
  const folder = await mkdtemp(join(tmpdir(), 'vulngate-projects-'));
  await importSamples(folder, sampleRecords);
  const server = await openPeopleApp({ data: folder, ...options });
  const owner = await server.person('owner@example.org', 'enterprise');
  const { accounts, credentials } = server.app.parts;
  const { id: organizationId } = await accounts.organizations.create({
    actor: operatorActor,
    name: 'acme',
    ownerEmail: owner.email,
  });
  return {
    server,
    owner,
    organizationId,
    project: async (name) => {
      const given = { actor: operatorActor, organization: organizationId, name, ownerEmail: owner.email };
      await accounts.projects.create(given);
      return `/organizations/acme/projects/${encodeURIComponent(name)}`;
    },
    token: async (scopes, ownerId = organizationId) => {
      const { presented } = await credentials.issue({
        actor: operatorActor,
        family: 'organization-token',
        ownerId,
        name: 'SIEM',
        scopes,
      });
      const authorization = `Bearer ${presented}`;
      return (method, path, body) => server.call(method, `/api/v2${path}`, body, { authorization });
    },
    close: async () => {
      await server.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
};

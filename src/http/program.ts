import type { Credential, CredentialTarget } from '../credentials/index.ts';
import { fail, systemActor, type Actor } from '../kernel/index.ts';
import type { Exchange } from './surface.ts';

/** What is asked of the credentials module about a program that changes something. */
export interface ProgramVerbs {
  show(target: CredentialTarget): Promise<Pick<Credential, 'name' | 'prefix' | 'createdBy'>>;
}

/**
 * programOf says for the audit log which credential asks. It acts within its owner: the gate has let it in with the scope
 * that the operation names.
 */
export const programOf = async (exchange: Exchange, credentials: ProgramVerbs): Promise<Actor> => {
  const { credential, address, client, correlationId } = exchange;
  if (credential === null) throw fail('credential.missing');
  const { id, ownerId } = credential;
  const { name, prefix, createdBy } = await credentials.show({ actor: systemActor, id });
  const who = { kind: 'credential', id, name: `${name} (${prefix})`, within: ownerId, maker: createdBy } as const;
  return { ...who, address, client, correlationId };
};

import type {
  Credential,
  CredentialChange,
  CredentialTarget,
  IssuedCredential,
  NewCredential,
} from '../credentials/index.ts';
import type { Actor, Family } from '../kernel/index.ts';

/** What surfaces that manage credentials need of the credentials module. Who may do what is decided there. */
export interface CredentialVerbs {
  issue(input: NewCredential): Promise<IssuedCredential>;
  list(input: {
    readonly actor: Actor;
    readonly ownerId: string;
    readonly family: Family;
  }): Promise<readonly Credential[]>;
  update(input: CredentialTarget & { readonly change: CredentialChange }): Promise<Credential>;
  revoke(target: CredentialTarget): Promise<Credential>;
  suspend(target: CredentialTarget): Promise<Credential>;
  resume(target: CredentialTarget): Promise<Credential>;
  rotate(target: CredentialTarget & { readonly overlapMs?: number }): Promise<IssuedCredential>;
}

/**
 * Credentials: what lets a program in. It owns the wire formats, the stored digests, the life of a credential (issue,
 * rotate, suspend, resume, revoke, expire) and its verification.
 *
 * Invariants: a secret is returned once, by `issue` or `rotate`, and stored only as a peppered, salted digest; what fails
 * format or checksum never reaches the database; a yes may come from memory because the charge confirms it against the
 * owner's fence, a no never does; every change of a credential moves that fence in the same transaction; revoked and
 * rotated credentials never come back.
 *
 * It knows neither HTTP nor credits nor plans: an owner's standing and the fence come through its deps. Refusals are
 * values; it throws `credential.…` codes from management verbs and `config.pepper_mismatch` at start.
 */
export { createCredentials, type Credentials, type CredentialsDeps, type Judgement } from './credentials.ts';
export { dropPepper, openPeppers, pepperUse, type PepperSource, type PepperUse } from './pepper.ts';
export type { Peppers } from './digest.ts';
export type { Credential, IssuedCredential, NewCredential } from './lifecycle.ts';
export type { OwnerStanding } from './judgement.ts';
export type { CredentialState, VerifyInput, VerifyOutcome } from './types.ts';

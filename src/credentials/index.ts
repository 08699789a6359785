/**
 * Credentials: what lets a program in. It owns the wire formats and the rules of the four families, the stored digests,
 * the life of a credential (issue, rotate, change, suspend, resume, revoke, expire), its verification, what owners should
 * look at, and what happens to one that leaked.
 *
 * Invariants: a secret is returned once, by `issue` or `rotate`, and stored only as a peppered, salted digest; what fails
 * format or checksum never reaches the database; a yes may come from memory because the charge confirms it against the
 * owner's fence, a no never does; every change of a credential moves that fence and is audited in the same transaction;
 * a credential never manages credentials; revoked and rotated ones never come back; what is unknown, wrong or ended is
 * answered by the same steps.
 *
 * It knows neither HTTP nor credits nor plans: an owner's standing, the people and the fence come through its deps.
 * Refusals are values; it throws `credential.…` and `permission.refused` from management verbs and
 * `config.pepper_mismatch` at start.
 */
export { createClaims, type Claims, type ClaimsDeps, type NewClaim } from './claims.ts';
export { createCredentials, type CredentialFilter, type Credentials, type Judgement } from './credentials.ts';
export type { CredentialsDeps } from './deps.ts';
export { dropPepper, keyringMaking, openPeppers, pepperUse, type PepperSource, type PepperUse } from './pepper.ts';
export type { Peppers } from './digest.ts';
export type { Finding, FindingKind } from './hygiene.ts';
export type { LeakReport, LeakVerdict } from './leaks.ts';
export { createSecretScanner, type ScanHit, type SecretScanner } from './scanning.ts';
export type { OwnerStanding } from './judgement.ts';
export type {
  Credential,
  CredentialChange,
  CredentialState,
  CredentialTarget,
  IssuedCredential,
  NewCredential,
  VerifyInput,
  VerifyOutcome,
} from './types.ts';

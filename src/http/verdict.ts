import type { AdmissionOutcome } from '../admission/index.ts';
import { isPermitted, type Operation } from '../contract/index.ts';
import type { VerifyOutcome } from '../credentials/index.ts';
import { fail, type VerifiedCredential } from '../kernel/index.ts';
import type { Exchange, Failure, Presented } from './surface.ts';

const scopeMissing = ({ resource, level }: Operation, credential: VerifiedCredential): Failure => ({
  code: 'scope.missing',
  credential,
  detail: { required_scope: `${resource ?? 'none'}:${level}` },
});

/** refusalOf says why a verified request may not call the operation, or null; `again` when only the database can say no. */
export const refusalOf = (
  exchange: Exchange,
  operation: Operation,
  verified: VerifyOutcome,
  fresh: boolean,
): Failure | null | 'again' => {
  if (verified.kind === 'refused') return { code: verified.code };
  const { credential } = verified;
  exchange.credential = credential;
  // Only a credential that works learns that it is of no use here.
  if (operation.families.length === 0) return { code: 'session.required', credential };
  if (!operation.families.includes(credential.family)) return { code: 'credential.family_refused' };
  const foreign = exchange.surface.tenant?.(exchange.params, credential) ?? null;
  if (foreign !== null) return { ...foreign, credential, isForeign: true };
  // Memory may be older than a widened scope: look at the database before refusing.
  if (!isPermitted(operation, credential.scopes)) return fresh ? scopeMissing(operation, credential) : 'again';
  return null;
};

/**
 * requireScope is for what a question reaches beyond its own operation: a credential needs the scope that reading it
 * directly would need. Fails with `scope.missing`. People need none.
 */
export const requireScope = ({ credential }: Exchange, resource: string): void => {
  if (credential !== null && !isPermitted({ resource, level: 'read' }, credential.scopes))
    throw fail('scope.missing', { detail: { required_scope: `${resource}:read` } });
};

type Usable = Extract<Presented, { kind: 'one' | 'session' | 'basic' }>;

/** isUsable says whether what was shown can be looked at at all. */
export const isUsable = (presented: Presented): presented is Usable =>
  presented.kind === 'one' || presented.kind === 'session' || presented.kind === 'basic';

/** unusableOf says why what was shown cannot be looked at. */
export const unusableOf = (presented: Exclude<Presented, Usable>): Failure => {
  if (presented.kind === 'refused') return presented.failure;
  return { code: presented.kind === 'none' ? 'credential.missing' : 'request.credential_repeated' };
};

/** verdictOf notes what the gate decided on the exchange, and returns its refusal or null. */
export const verdictOf = (
  exchange: Exchange,
  credential: VerifiedCredential,
  outcome: Exclude<AdmissionOutcome, { kind: 'stale' }>,
): Failure | null => {
  exchange.meter = outcome.meter;
  if (outcome.kind === 'refused') {
    return { code: outcome.code, meter: outcome.meter, credential, retryAfterMs: outcome.retryAfterMs };
  }
  exchange.usageId = outcome.usageId;
  exchange.chargedMillicredits = outcome.chargedMillicredits;
  return null;
};

/** isUnasked says whether somebody without a credential is asked for one before hearing that the method is unknown. */
export const isUnasked = ({ surface, request }: Exchange, { code }: Failure): boolean =>
  surface.challengesFirst === true &&
  code === 'request.method_not_allowed' &&
  surface.present(request.headers, request).kind === 'none';

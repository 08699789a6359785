import type { AdmissionRequest } from '../admission/index.ts';
import type { Operation } from '../contract/index.ts';
import type { VerifiedCredential } from '../kernel/index.ts';
import type { AdmissionGate, BasicGate, Exchange, Failure, Person, Presented, SessionGate } from './surface.ts';
import { verdictOf } from './verdict.ts';

export interface PersonAdmissionDeps {
  readonly sessions: SessionGate;
  readonly basic: BasicGate;
  readonly admission: AdmissionGate;
  readonly clientOf: (exchange: Exchange) => string;
  readonly requestOf: (exchange: Exchange, operation: Operation, holder: VerifiedCredential) => AdmissionRequest;
}

type PersonPresented = Extract<Presented, { kind: 'session' | 'basic' }>;

/** How often a request is decided anew because its owner's fence moved meanwhile. */
const decisionsMax = 4;

/**
 * createPersonAdmission lets people in: by a session, which is asked for at every request, or by a password where the
 * product takes one. Null when the request is in.
 */
export const createPersonAdmission = (
  deps: PersonAdmissionDeps,
): ((exchange: Exchange, operation: Operation, presented: PersonPresented) => Promise<Failure | null>) => {
  /** Counts the request as one of the owner that the surface names, together with those of the owner's credentials. */
  const count = async (exchange: Exchange, operation: Operation, person: Person): Promise<Failure | null> => {
    const { holder } = exchange.surface;
    const isFree = operation.rateClass === 'none' && operation.priceMillicredits === 0;
    if (holder === undefined || isFree) return null;
    for (let decision = 0; decision < decisionsMax; decision += 1) {
      const held = await holder(exchange.params, person);
      // Nobody's: what the operation then says of it does not depend on anybody's limit.
      if (held === null) return null;
      const outcome = await deps.admission.admit(deps.requestOf(exchange, operation, held));
      if (outcome.kind !== 'stale') return verdictOf(exchange, held, outcome);
    }
    return { code: 'admission.unavailable', retryAfterMs: 1000 };
  };

  return async (exchange, operation, presented) => {
    // Whether the product takes it at all is said before anything is looked at.
    if (presented.kind === 'basic') {
      if (operation.basic !== true) return { code: 'credential.missing' };
      const { email, password } = presented;
      const outcome = await deps.basic.check({ email, password, address: exchange.address });
      if (outcome.kind === 'refused') return outcome;
      exchange.person = outcome;
    } else {
      if (operation.sessions !== true) return { code: 'credential.family_refused' };
      const outcome = await deps.sessions.check(presented.session);
      if (outcome.kind === 'refused') return { code: outcome.code };
      exchange.person = outcome;
    }
    exchange.client = deps.clientOf(exchange);
    return count(exchange, operation, exchange.person);
  };
};

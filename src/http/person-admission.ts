import type { Operation } from '../contract/index.ts';
import type { VerifiedCredential } from '../kernel/index.ts';
import type { AdmissionGate, Exchange, Failure, Person } from './surface.ts';
import { verdictOf } from './verdict.ts';

/** How often a request is decided anew because its owner's fence moved meanwhile. */
const decisionsMax = 4;

/**
 * admitPerson counts and charges the request of a signed-in person as one of the owner that the surface names, together
 * with those of the owner's credentials. Null when it is in, or when there is nothing to count.
 */
export const admitPerson = async (
  admission: AdmissionGate,
  exchange: Exchange,
  operation: Operation,
  person: Person,
  requestOf: (
    exchange: Exchange,
    operation: Operation,
    holder: VerifiedCredential,
  ) => Parameters<AdmissionGate['admit']>[0],
): Promise<Failure | null> => {
  const { holder } = exchange.surface;
  const isFree = operation.rateClass === 'none' && operation.priceMillicredits === 0;
  if (holder === undefined || isFree) return null;
  for (let decision = 0; decision < decisionsMax; decision += 1) {
    const held = await holder(exchange.params, person);
    // Nobody's: what the operation then says of it does not depend on anybody's limit.
    if (held === null) return null;
    const outcome = await admission.admit(requestOf(exchange, operation, held));
    if (outcome.kind !== 'stale') return verdictOf(exchange, held, outcome);
  }
  return { code: 'admission.unavailable', retryAfterMs: 1000 };
};

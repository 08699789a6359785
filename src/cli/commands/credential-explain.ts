import { openParts } from '../../parts.ts';
import type { MeterReading } from '../../admission/index.ts';
import { isPermitted, matchRoute, operations, type Operation } from '../../contract/index.ts';
import { errorCatalogue, type ErrorCode, type VerifiedCredential } from '../../kernel/index.ts';
import { answer } from '../answer.ts';
import { parseArguments, required } from '../arguments.ts';
import type { CommandContext } from '../command.ts';
import { instantText, readInstant } from '../values.ts';

/** missingRight returns why the credential may not call the operation, whatever its credits. */
const missingRight = (credential: VerifiedCredential, operation: Operation): ErrorCode | null => {
  if (operation.families.length === 0) return null;
  if (!operation.families.includes(credential.family)) return 'credential.family_refused';
  return isPermitted(operation, credential.scopes) ? null : 'scope.missing';
};

const missingMeans = (operation: Operation, meter: MeterReading): ErrorCode | null => {
  if (operation.rateClass === 'request' && meter.rate?.remaining === 0) return 'admission.rate_limited';
  const { limitMillicredits: limit, usedMillicredits: used } = meter;
  const price = operation.priceMillicredits;
  return limit !== null && price > 0 && used + price > limit ? 'admission.credits_exhausted' : null;
};

const credits = (millicredits: number): number => millicredits / 1000;

/** verdictOf is what the deciding rule says; null: the request would be let in. */
const verdictOf = (code: ErrorCode | null) =>
  code === null
    ? { verdict: 'admitted', rule: null, reason: null, help: null }
    : { verdict: 'refused', rule: code, reason: errorCatalogue[code].title, help: errorCatalogue[code].help };

/**
 * explain prints what a request with this credential would be answered, by the same rules in the same order as the gate,
 * and charges nothing.
 */
export const explain = async (context: CommandContext, args: readonly string[]): Promise<number> => {
  const { values } = parseArguments(args, {
    id: { type: 'string' },
    method: { type: 'string' },
    path: { type: 'string' },
    ip: { type: 'string' },
    at: { type: 'string' },
  });
  const id = required('id', values.id);
  const method = required('method', values.method).toUpperCase();
  const path = required('path', values.path).split('?', 1)[0] ?? '';
  const atMs = values.at === undefined ? context.clock.nowMs() : readInstant('at', values.at);
  const parts = await openParts(context);
  try {
    const { code: refusal, credential } = await parts.credentials.explain(id, atMs, values.ip ?? '127.0.0.1');
    const route = matchRoute(operations, method, path);
    const operation = route.kind === 'operation' ? route.operation : null;
    const meter = await parts.admission.reading(credential.ownerId, credential.terms, atMs);
    const unrouted = route.kind === 'method_unknown' ? 'request.method_not_allowed' : 'request.route_unknown';
    const code =
      operation === null
        ? unrouted
        : (refusal ?? missingRight(credential, operation) ?? missingMeans(operation, meter));
    const remaining = meter.limitMillicredits === null ? null : meter.limitMillicredits - meter.usedMillicredits;
    answer(context, {
      ...verdictOf(code),
      operation: operation?.id ?? null,
      price: operation === null ? null : credits(operation.priceMillicredits),
      remaining: remaining === null ? null : credits(remaining),
      reset_at: instantText(meter.resetAtMs),
      requests_left: meter.rate?.remaining ?? null,
      plan: credential.terms.planName,
      credential: credential.id,
      owner: credential.ownerId,
      at: instantText(atMs),
    });
    return 0;
  } finally {
    await parts.close();
  }
};

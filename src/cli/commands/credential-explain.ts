import { openParts } from '../../parts.ts';
import type { MeterReading } from '../../admission/index.ts';
import { matchRoute, operations, type Operation } from '../../contract/index.ts';
import { errorCatalogue, type ErrorCode, type VerifiedCredential } from '../../kernel/index.ts';
import { answer } from '../answer.ts';
import { parseArguments, required } from '../arguments.ts';
import type { CommandContext } from '../command.ts';
import { instantText, readInstant } from '../values.ts';

/** missingRight returns why the credential may not call the operation, whatever its credits. */
const missingRight = (credential: VerifiedCredential, operation: Operation): ErrorCode | null => {
  if (operation.families.length === 0) return null;
  if (!operation.families.includes(credential.family)) return 'credential.family_refused';
  const level =
    operation.resource === null ? 'none' : (credential.scopes[operation.resource] ?? credential.scopes['*']);
  return level === 'write' || (level === 'read' && operation.level === 'read') ? null : 'scope.missing';
};

const missingMeans = (operation: Operation, meter: MeterReading): ErrorCode | null => {
  if (operation.rateClass === 'request' && meter.rate?.remaining === 0) return 'admission.rate_limited';
  const { limitMillicredits: limit, usedMillicredits: used } = meter;
  const price = operation.priceMillicredits;
  return limit !== null && price > 0 && used + price > limit ? 'admission.credits_exhausted' : null;
};

const credits = (millicredits: number): number => millicredits / 1000;

const unroutedCode = (kind: string): ErrorCode =>
  kind === 'method_unknown' ? 'request.method_not_allowed' : 'request.route_unknown';

const verdictFields = (code: ErrorCode | null, operation: Operation | null, meter: MeterReading) => {
  const { limitMillicredits: limit, usedMillicredits: used } = meter;
  return {
    verdict: code === null ? 'admitted' : 'refused',
    rule: code,
    reason: code === null ? null : errorCatalogue[code].title,
    help: code === null ? null : errorCatalogue[code].help,
    operation: operation?.id ?? null,
    price: operation === null ? null : credits(operation.priceMillicredits),
    remaining: limit === null ? null : credits(limit - used),
    reset_at: instantText(meter.resetAtMs),
    requests_left: meter.rate?.remaining ?? null,
  };
};

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
    const code =
      operation === null
        ? unroutedCode(route.kind)
        : (refusal ?? missingRight(credential, operation) ?? missingMeans(operation, meter));
    answer(context, {
      ...verdictFields(code, operation, meter),
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

import type { AdmissionRequest } from '../admission/index.ts';
import { isPublic, type Operation } from '../contract/index.ts';
import { asAppError, type AppError, type Clock, type Log, type VerifiedCredential } from '../kernel/index.ts';
import { hasBody, isJson, readBody } from './body.ts';
import { createClientNames } from './client-name.ts';
import { exposedInBody, exposedInPath, exposedInQuery, findCredential, redact } from './exposure.ts';
import { admitPerson } from './person-admission.ts';
import { pathOf, writeAnswer } from './reply.ts';
import type {
  AdmissionGate,
  Answer,
  BasicGate,
  CredentialGate,
  Exchange,
  ExposurePlace,
  Failure,
  Handler,
  Presented,
  SessionGate,
} from './surface.ts';
import type { Traffic } from './traffic.ts';
import { refusalOf, verdictOf } from './verdict.ts';
import type { Origin } from './transport.ts';
import type { IncomingMessage } from 'node:http';

export interface GuardDeps {
  readonly clock: Clock;
  readonly log: Log;
  readonly credentials: CredentialGate;
  readonly sessions: SessionGate;
  readonly basic: BasicGate;
  readonly admission: AdmissionGate;
  readonly traffic: Traffic;
  readonly originOf: (request: IncomingMessage) => Origin;
  readonly bodyBytesMax: number;
}

export interface Guard {
  /** serve takes a request through the whole verdict and answers it. It never rejects. */
  serve(exchange: Exchange, handler: Handler): Promise<void>;
  /** answer ends an exchange that no handler is for. */
  answer(exchange: Exchange, failure: Failure): void;
}

/** How often a request is decided anew because its owner's fence moved meanwhile. */
const decisionsMax = 4;
const unavailableRetryMs = 1000;

const isRefunded = (status: number): boolean => status === 304 || status === 400 || status >= 500;

/** createGuard builds the one way from a request to a handler: transport, credential, family, scope, admission, settlement. */
export const createGuard = (deps: GuardDeps): Guard => {
  const { admission, clock, credentials, log, sessions, traffic } = deps;
  const clientOf = createClientNames();

  const report = async (exchange: Exchange, presented: string, where: ExposurePlace): Promise<void> => {
    log.warn('request.exposes_credential', { correlationId: exchange.correlationId, where, address: exchange.address });
    try {
      await credentials.reportExposure(presented, where, exchange.address);
    } catch (error) {
      logFailure(exchange, asAppError(error), 'exposure.unrecorded');
    }
  };

  const logFailure = (exchange: Exchange, error: AppError, event: string): void => {
    log.error(event, {
      correlationId: exchange.correlationId,
      operation: exchange.operation?.id,
      code: error.code,
      internal: redact(error.internal ?? error.message),
    });
  };

  /** Null when the way in is clean; otherwise the failure. Runs before any credential is looked at; waits only when it must. */
  const examine = (exchange: Exchange, operation: Operation): Failure | null | Promise<Failure | null> => {
    const { request } = exchange;
    const origin = deps.originOf(request);
    exchange.address = origin.address;
    exchange.encrypted = origin.encrypted;
    if (origin.encrypted) exchange.response.setHeader('Strict-Transport-Security', 'max-age=31536000');
    const url = request.url ?? '/';
    const mark = url.indexOf('?');
    if (mark >= 0) exchange.query = url.slice(mark + 1);
    if (isPublic(operation))
      return operation.method === 'GET' ? null : examinePublic(exchange, operation, origin.secure);
    if (!origin.secure) return refuseInsecure(exchange);
    const inPath = exposedInPath(mark >= 0 ? url.slice(0, mark) : url);
    if (inPath !== null) return refuseExposed(exchange, inPath, 'path');
    const inQuery = exposedInQuery(exchange.query);
    if (inQuery !== null) return refuseExposed(exchange, inQuery, 'query');
    return hasBody(request) ? examineBody(exchange, operation) : null;
  };

  /** What asks for nobody takes codes, signed reports and found credentials in its body: nothing there is out of place. */
  const examinePublic = async (
    exchange: Exchange,
    operation: Operation,
    isSecure: boolean,
  ): Promise<Failure | null> => {
    exchange.client = clientOf(exchange);
    if (!isSecure) return { code: 'request.insecure_transport' };
    if (!hasBody(exchange.request)) return null;
    if (operation.body !== undefined && !isJson(exchange.request)) return { code: 'request.unsupported_media_type' };
    exchange.body = await readBody(exchange.request, Math.max(deps.bodyBytesMax, operation.bodyBytesMax ?? 0));
    return null;
  };

  const refuseInsecure = async (exchange: Exchange): Promise<Failure> => {
    const presented = exchange.surface.present(exchange.request.headers, exchange.request);
    if (presented.kind === 'one') await report(exchange, presented.text, 'plain-http');
    return { code: 'request.insecure_transport' };
  };

  const examineBody = async (exchange: Exchange, operation: Operation): Promise<Failure | null> => {
    if (operation.body !== undefined && !isJson(exchange.request)) return { code: 'request.unsupported_media_type' };
    exchange.body = await readBody(exchange.request, deps.bodyBytesMax);
    const presented = (operation.holdsSecrets === true ? findCredential : exposedInBody)(exchange.body);
    return presented === null ? null : refuseExposed(exchange, presented, 'body');
  };

  const refuseExposed = async (exchange: Exchange, presented: string, where: ExposurePlace): Promise<Failure> => {
    await report(exchange, presented, where);
    return { code: 'request.credential_exposed', detail: { where } };
  };

  /** Verify and admit, again when the owner changed in between. Null when the request is in. */
  const decide = async (exchange: Exchange, operation: Operation): Promise<Failure | null> => {
    const presented = exchange.surface.present(exchange.request.headers, exchange.request);
    if (presented.kind === 'none') return { code: 'credential.missing' };
    if (presented.kind === 'repeated') return { code: 'request.credential_repeated' };
    if (presented.kind === 'refused') return presented.failure;
    const { address } = exchange;
    try {
      if (presented.kind === 'session') return await welcome(exchange, operation, presented);
      if (presented.kind === 'basic') return await welcomeBasic(exchange, operation, presented);
      for (let decision = 0; decision < decisionsMax; decision += 1) {
        // No charge confirms what memory says where no credential is taken: the database decides.
        const fresh = decision > 0 || operation.families.length === 0;
        const verifying = credentials.verify({ family: presented.family, presented: presented.text, address, fresh });
        const verified = verifying instanceof Promise ? await verifying : verifying;
        const refusal = refusalOf(exchange, operation, verified, fresh);
        if (refusal !== null && refusal !== 'again') return noted(exchange, operation, refusal);
        if (refusal === 'again' || exchange.credential === null) continue;
        exchange.client = clientOf(exchange);
        const outcome = await admission.admit(requestOf(exchange, operation, exchange.credential));
        if (outcome.kind !== 'stale') return verdictOf(exchange, exchange.credential, outcome);
      }
    } catch (error) {
      // Without the ledger nobody is let in on a guess.
      logFailure(exchange, asAppError(error), 'admission.failed');
    }
    return { code: 'admission.unavailable', retryAfterMs: unavailableRetryMs };
  };

  /** Signed-in people are asked for at every request, and count where the surface names the owner that they act for. */
  const welcome = async (
    exchange: Exchange,
    operation: Operation,
    presented: Extract<Presented, { kind: 'session' }>,
  ): Promise<Failure | null> => {
    if (operation.sessions !== true) return { code: 'credential.family_refused' };
    const outcome = await sessions.check(presented.session);
    if (outcome.kind === 'refused') return { code: outcome.code };
    exchange.client = clientOf(exchange);
    exchange.person = outcome;
    return admitPerson(admission, exchange, operation, outcome, requestOf);
  };

  /** A password is only looked at where the product takes one. */
  const welcomeBasic = async (
    exchange: Exchange,
    operation: Operation,
    { email, password }: Extract<Presented, { kind: 'basic' }>,
  ): Promise<Failure | null> => {
    if (operation.basic !== true) return { code: 'credential.missing' };
    const outcome = await deps.basic.check({ email, password, address: exchange.address });
    if (outcome.kind === 'refused') return outcome;
    exchange.client = clientOf(exchange);
    exchange.person = outcome;
    return null;
  };

  const noted = (exchange: Exchange, operation: Operation, refusal: Failure): Failure => {
    if (refusal.isForeign === true && exchange.credential !== null) {
      credentials.reportForeign(exchange.credential.id, operation.id, exchange.address);
    }
    return refusal;
  };

  const requestOf = (exchange: Exchange, operation: Operation, credential: VerifiedCredential): AdmissionRequest => ({
    credential,
    operationId: operation.id,
    priceMillicredits: operation.priceMillicredits,
    counted: operation.rateClass === 'request',
    address: exchange.address,
    client: exchange.client,
    correlationId: exchange.correlationId,
  });

  const failed = (exchange: Exchange, failure: Failure): Answer => {
    exchange.failure = failure.code;
    return exchange.surface.fail(failure, exchange.correlationId);
  };

  const caught = (exchange: Exchange, thrown: unknown): Answer => {
    const error = asAppError(thrown);
    if (error.entry.status >= 500) logFailure(exchange, error, 'request.failed');
    return failed(exchange, {
      code: error.code,
      message: error.message,
      detail: error.detail,
      ...retryOf(error),
    });
  };

  /** What is given back is committed before the caller can ask for the balance; the rest need not wait. */
  const settle = (exchange: Exchange, status: number): Promise<void> | null => {
    const settlement = {
      usageId: exchange.usageId,
      status,
      latencyMicroseconds: Math.round((clock.monotonicMs() - exchange.startedMs) * 1000),
    };
    if (exchange.chargedMillicredits === 0 || !isRefunded(status)) {
      admission.settleLater(settlement);
      return null;
    }
    return traffic.track(admission.settle(settlement), (error) =>
      logFailure(exchange, asAppError(error), 'settlement.failed'),
    );
  };

  const finish = (exchange: Exchange, answer: Answer): void => {
    writeAnswer(exchange, answer);
    const latencyMs = clock.monotonicMs() - exchange.startedMs;
    traffic.end(exchange, answer.status, latencyMs);
    log.info('request', () => ({
      correlationId: exchange.correlationId,
      surface: exchange.surface.name,
      operation: exchange.operation?.id,
      method: exchange.request.method,
      path: pathOf(exchange),
      status: answer.status,
      latencyMs,
      address: exchange.address,
      credential: exchange.credential?.id,
      code: exchange.failure ?? undefined,
    }));
  };

  const run = async (exchange: Exchange, handler: Handler): Promise<Answer> => {
    const operation = exchange.operation;
    try {
      if (operation !== null) {
        const examined = examine(exchange, operation);
        const flaw = examined instanceof Promise ? await examined : examined;
        if (flaw !== null) return failed(exchange, flaw);
        if (!isPublic(operation)) {
          const refusal = await decide(exchange, operation);
          if (refusal !== null) return failed(exchange, refusal);
        }
      }
      const answer = handler(exchange);
      return answer instanceof Promise ? await answer : answer;
    } catch (error) {
      return caught(exchange, error);
    }
  };

  return {
    serve: async (exchange, handler) => {
      traffic.begin();
      const answer = await run(exchange, handler);
      if (exchange.usageId >= 0) {
        const settling = settle(exchange, answer.status);
        if (settling !== null) await settling;
      }
      finish(exchange, answer);
    },
    answer: (exchange, failure) => {
      traffic.begin();
      exchange.address = deps.originOf(exchange.request).address;
      finish(exchange, failed(exchange, isUnasked(exchange, failure) ? { code: 'credential.missing' } : failure));
    },
  };
};

const isUnasked = ({ surface, request }: Exchange, { code }: Failure): boolean =>
  surface.challengesFirst === true &&
  code === 'request.method_not_allowed' &&
  surface.present(request.headers, request).kind === 'none';

/** When the same request may be tried again, for failures that pass: `retry_after` of the detail is in seconds. */
const retryOf = ({ entry, detail }: AppError): Pick<Failure, 'retryAfterMs'> => {
  const seconds = detail?.['retry_after'];
  if (typeof seconds === 'number') return { retryAfterMs: seconds * 1000 };
  return entry.status === 503 ? { retryAfterMs: unavailableRetryMs } : {};
};

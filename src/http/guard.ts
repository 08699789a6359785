import { isRefunded, type Admitted, type AdmissionRequest, type Ending } from '../admission/index.ts';
import { isPublic, type Operation } from '../contract/index.ts';
import { asAppError, type AppError, type Clock, type Log, type VerifiedCredential } from '../kernel/index.ts';
import { createClientNames } from './client-name.ts';
import { createExamination } from './examination.ts';
import { redact } from './exposure.ts';
import { createPersonAdmission } from './person-admission.ts';
import { pathOf, writeAnswer } from './reply.ts';
import type {
  AdmissionGate,
  Answer,
  BasicGate,
  CredentialGate,
  Exchange,
  Failure,
  Handler,
  Incoming,
  Presented,
  SessionGate,
} from './surface.ts';
import { createRefusals } from './refusals.ts';
import type { Traffic } from './traffic.ts';
import { isUnasked, isUsable, refusalOf, unusableOf, verdictOf } from './verdict.ts';
import type { Origin } from './transport.ts';

export interface GuardDeps {
  readonly clock: Clock;
  readonly log: Log;
  readonly credentials: CredentialGate;
  readonly sessions: SessionGate;
  readonly basic: BasicGate;
  readonly admission: AdmissionGate;
  readonly traffic: Traffic;
  readonly originOf: (request: Incoming) => Origin;
  readonly bodyBytesMax: number;
}

export interface Guard {
  /** serve takes a request through the whole verdict and answers it. It never throws. */
  serve(exchange: Exchange, handler: Handler): void;
  /** answer ends an exchange that no handler is for. */
  answer(exchange: Exchange, failure: Failure): void;
}

/** How often a request is decided anew because its owner's fence moved meanwhile. */
const decisionsMax = 4;
const unavailableRetryMs = 1000;

const unavailable: Failure = { code: 'admission.unavailable', retryAfterMs: unavailableRetryMs };

type Verifying = ReturnType<CredentialGate['verify']>;

/** createGuard builds the one way from a request to a handler: transport, credential, family, scope, admission, settlement. */
export const createGuard = (deps: GuardDeps): Guard => {
  const { admission, clock, credentials, log, traffic } = deps;
  const clientOf = createClientNames();
  const refuse = createRefusals();

  const logFailure = (exchange: Exchange, error: AppError, event: string): void => {
    log.error(event, {
      correlationId: exchange.correlationId,
      operation: exchange.operation?.id,
      code: error.code,
      internal: redact(error.internal ?? error.message),
    });
  };

  /**
   * Verify and admit, again when the owner changed in between. Null when the request is in. `verifying` is the first
   * verification, when it has begun already.
   */
  const decide = async (
    exchange: Exchange,
    operation: Operation,
    presented: Presented,
    verifying: Verifying | null,
  ): Promise<Failure | null> => {
    if (!isUsable(presented)) return unusableOf(presented);
    try {
      if (presented.kind !== 'one') return await admitPerson(exchange, operation, presented);
      for (let decision = 0; decision < decisionsMax; decision += 1) {
        // No charge confirms what memory says where no credential is taken: the database decides.
        const fresh = decision > 0 || operation.families.length === 0;
        const verified = await (decision === 0 && verifying !== null ? verifying : verify(exchange, presented, fresh));
        const refusal = refusalOf(exchange, operation, verified, fresh);
        if (refusal !== null && refusal !== 'again') return noted(exchange, operation, refusal);
        if (refusal === 'again' || exchange.credential === null) continue;
        const outcome = await admission.admit(requestOf(exchange, operation, exchange.credential));
        if (outcome.kind !== 'stale') return verdictOf(exchange, exchange.credential, outcome);
      }
    } catch (error) {
      return closed(exchange, error);
    }
    return unavailable;
  };

  const verify = (exchange: Exchange, presented: Extract<Presented, { kind: 'one' }>, fresh: boolean): Verifying =>
    credentials.verify({ family: presented.family, presented: presented.text, address: exchange.address, fresh });

  /** Without the ledger nobody is let in on a guess. */
  const closed = (exchange: Exchange, error: unknown): Failure => {
    logFailure(exchange, asAppError(error), 'admission.failed');
    return unavailable;
  };

  const noted = (exchange: Exchange, operation: Operation, refusal: Failure): Failure => {
    if (refusal.isForeign === true && exchange.credential !== null) {
      credentials.reportForeign(exchange.credential.id, operation.id, exchange.address);
    }
    return refusal;
  };

  const requestOf = (exchange: Exchange, operation: Operation, credential: VerifiedCredential): AdmissionRequest => {
    exchange.client = clientOf(exchange);
    return {
      credential,
      operationId: operation.id,
      priceMillicredits: operation.priceMillicredits,
      counted: operation.rateClass === 'request',
      address: exchange.address,
      client: exchange.client,
      correlationId: exchange.correlationId,
    };
  };

  const admitPerson = createPersonAdmission({ ...deps, clientOf, requestOf });

  const examine = createExamination({
    ...deps,
    clientOf,
    unrecorded: (exchange, error) => logFailure(exchange, asAppError(error), 'exposure.unrecorded'),
  });

  const failed = (exchange: Exchange, failure: Failure): Answer => {
    exchange.failure = failure.code;
    const { credential, meter } = exchange;
    // What a request was counted against is told whatever became of it.
    const told =
      failure.meter === undefined && meter !== null && credential !== null
        ? { ...failure, meter, credential }
        : failure;
    return exchange.surface.fail(told, exchange.correlationId);
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

  const endingOf = (exchange: Exchange, status: number): Ending => ({
    status,
    latencyMicroseconds: Math.round((clock.monotonicMs() - exchange.startedMs) * 1000),
  });

  /** What is given back is committed before the caller can ask for the balance; the rest need not wait. */
  const settle = (exchange: Exchange, status: number): Promise<void> | null => {
    const settlement = { usageId: exchange.usageId, ...endingOf(exchange, status) };
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

  const end = (exchange: Exchange, answer: Answer): void => {
    const settling = exchange.usageId >= 0 ? settle(exchange, answer.status) : null;
    if (settling === null) finish(exchange, answer);
    else void settling.then(() => finish(exchange, answer));
  };

  const respond = (exchange: Exchange, handler: Handler, refusal: Failure | null): void => {
    let answer: Answer | Promise<Answer>;
    try {
      answer = refusal === null ? handler(exchange) : failed(exchange, refusal);
    } catch (error) {
      answer = caught(exchange, error);
    }
    if (!(answer instanceof Promise)) return end(exchange, answer);
    void answer.catch((error: unknown) => caught(exchange, error)).then((ready) => end(exchange, ready));
  };

  /** For whatever has to wait for more than its charge. */
  const respondLater = async (
    exchange: Exchange,
    handler: Handler,
    deciding: Promise<Failure | null>,
  ): Promise<void> => {
    try {
      respond(exchange, handler, await deciding);
    } catch (error) {
      end(exchange, caught(exchange, error));
    }
  };

  const examineAndDecide = async (
    exchange: Exchange,
    operation: Operation,
    examining: Promise<Failure | null>,
  ): Promise<Failure | null> => {
    const flaw = await examining;
    if (flaw !== null || isPublic(operation)) return flaw;
    return decide(exchange, operation, exchange.surface.present(exchange.request.headers, exchange.request), null);
  };

  /**
   * The short way: a credential that memory knows needs nothing but its charge, and one that cannot be any needs nothing;
   * both go without a promise. Everything else takes the long way, from where it stands.
   */
  const admit = (exchange: Exchange, handler: Handler, operation: Operation): void => {
    const presented = exchange.surface.present(exchange.request.headers, exchange.request);
    if (!isUsable(presented)) return refuse(() => respond(exchange, handler, unusableOf(presented)));
    const verifying =
      presented.kind === 'one' && operation.families.length > 0 ? verify(exchange, presented, false) : null;
    const refusal =
      verifying === null || verifying instanceof Promise ? 'again' : refusalOf(exchange, operation, verifying, false);
    if (refusal !== null && refusal !== 'again')
      return refuse(() => respond(exchange, handler, noted(exchange, operation, refusal)));
    const { credential } = exchange;
    if (refusal === 'again' || credential === null) {
      void respondLater(exchange, handler, decide(exchange, operation, presented, verifying));
      return;
    }
    const { recall } = handler;
    let recalled: Answer | null = null;
    const answer = (admitted: Admitted): Ending | null => {
      exchange.failure = null;
      // Nothing else of it: decided again, the request may be refused, and its number belong to another one.
      exchange.meter = admitted.meter;
      try {
        recalled = recall?.(exchange) ?? null;
      } catch (error) {
        recalled = caught(exchange, error);
      }
      return recalled === null ? null : endingOf(exchange, recalled.status);
    };
    const request = requestOf(exchange, operation, credential);
    admission.enter(recall === undefined ? request : { ...request, answer }, (outcome) => {
      if (outcome instanceof Error) respond(exchange, handler, closed(exchange, outcome));
      else if (outcome.kind === 'stale')
        void respondLater(exchange, handler, decide(exchange, operation, presented, null));
      else if (outcome.kind === 'admitted' && recalled !== null) finish(exchange, recalled);
      else respond(exchange, handler, verdictOf(exchange, credential, outcome));
    });
  };

  return {
    serve: (exchange, handler) => {
      traffic.begin();
      const { operation } = exchange;
      try {
        if (operation === null) return respond(exchange, handler, null);
        const examined = examine(exchange, operation);
        if (examined instanceof Promise) {
          void respondLater(exchange, handler, examineAndDecide(exchange, operation, examined));
        } else if (examined !== null || isPublic(operation)) respond(exchange, handler, examined);
        else admit(exchange, handler, operation);
      } catch (error) {
        end(exchange, caught(exchange, error));
      }
    },
    answer: (exchange, failure) => {
      traffic.begin();
      exchange.address = deps.originOf(exchange.request).address;
      finish(exchange, failed(exchange, isUnasked(exchange, failure) ? { code: 'credential.missing' } : failure));
    },
  };
};

/** When the same request may be tried again, for failures that pass: `retry_after` of the detail is in seconds. */
const retryOf = ({ entry, detail }: AppError): Pick<Failure, 'retryAfterMs'> => {
  const seconds = detail?.['retry_after'];
  if (typeof seconds === 'number') return { retryAfterMs: seconds * 1000 };
  return entry.status === 503 ? { retryAfterMs: unavailableRetryMs } : {};
};

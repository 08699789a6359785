import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type {
  AdmissionOutcome,
  AdmissionRequest,
  MeterReading,
  Settlement,
  VerifiedCredential,
} from '../admission/index.ts';
import type { Family, Operation, SurfaceName } from '../contract/index.ts';
import type { VerifyInput, VerifyOutcome } from '../credentials/index.ts';
import type { AppError, ErrorCode } from '../kernel/index.ts';

/** Where a credential was seen that must not be there. */
export type ExposurePlace = 'query' | 'path' | 'body' | 'plain-http';

/** What the guard needs of the credentials module. */
export interface CredentialGate {
  /** At once when memory knows the credential. */
  verify(input: VerifyInput): VerifyOutcome | Promise<VerifyOutcome>;
  /** reportExposure records the attempt against the credential, if it is one; it never logs `presented`. */
  reportExposure(presented: string, where: ExposurePlace, address: string): Promise<void>;
  /** reportForeign records that a working credential reached for what belongs to another owner. */
  reportForeign(credentialId: string, operationId: string, address: string): void;
}

/** What the guard needs of the admission module. */
export interface AdmissionGate {
  admit(request: AdmissionRequest): Promise<AdmissionOutcome>;
  /** enter is `admit` without a promise, for the hot path: `done` must not throw. */
  enter(request: AdmissionRequest, done: (outcome: AdmissionOutcome | AppError) => void): void;
  settle(settlement: Settlement): Promise<void>;
  settleLater(settlement: Settlement): void;
}

/** How a session was shown: a JWT, or a browser's cookie with what the header X-CSRF-Token says. */
export type PresentedSession =
  | { readonly kind: 'token'; readonly token: string }
  | { readonly kind: 'cookie'; readonly value: string; readonly csrfToken: string | null; readonly isUnsafe: boolean };

/** A signed-in person, as read for this request. */
export interface Person {
  readonly userId: string;
  readonly sessionId: string;
  readonly email: string;
  readonly name: string;
  readonly isAdministrator: boolean;
  /** What unsafe requests must send in X-CSRF-Token; null for programs. */
  readonly csrfToken: string | null;
  readonly expiresAtMs: number;
  /** Set when a password proved the person for this request alone, by HTTP Basic. */
  readonly isBasic?: true;
}

/** What the guard needs for HTTP Basic. */
export interface BasicGate {
  check(presented: { readonly email: string; readonly password: string; readonly address: string }): Promise<
    | ({ readonly kind: 'signed_in' } & Person)
    | {
        readonly kind: 'refused';
        readonly code: 'credential.password_refused' | 'request.limited';
        readonly retryAfterMs?: number;
      }
  >;
}

/** What the guard needs of the accounts module. */
export interface SessionGate {
  check(
    presented: PresentedSession,
  ): Promise<
    | ({ readonly kind: 'signed_in' } & Person)
    | { readonly kind: 'refused'; readonly code: 'session.missing' | 'session.csrf' }
  >;
}

/** A failure on its way to the surface's envelope. */
export interface Failure {
  readonly code: ErrorCode;
  /** Whether a working credential reached for what belongs to another owner. */
  readonly isForeign?: true;
  /** Public text; the surface may have a fixed one instead. */
  readonly message?: string;
  readonly detail?: Readonly<Record<string, unknown>> | undefined;
  readonly meter?: MeterReading;
  readonly credential?: VerifiedCredential;
  readonly retryAfterMs?: number;
  /** For an unknown method: what the path answers, and what was asked. */
  readonly allowed?: readonly string[];
  readonly method?: string;
}

/** An answer ready to be written. `headers` holds names and values in turn; the guard adds length and correlation id to it. */
export interface Answer {
  readonly status: number;
  readonly headers: string[];
  readonly body: string;
  /** Whether the body is a wire text: its bytes, one character each. */
  readonly isWire?: true;
}

/** What is read of a request, whoever parsed it. */
export type Incoming = Pick<
  IncomingMessage,
  'method' | 'url' | 'headers' | 'headersDistinct' | 'rawHeaders' | 'socket' | 'complete'
>;

/** What is written of an answer, whoever sends it: a head once, then the body in one piece. */
export interface Outgoing {
  readonly destroyed: boolean;
  readonly headersSent: boolean;
  setHeader(name: string, value: string): unknown;
  writeHead(status: number, headers: string[]): unknown;
  end(body: string, encoding: 'latin1' | 'utf8'): unknown;
}

/** Exchange is one request while it is served. The guard fills it; handlers read it. */
export interface Exchange {
  readonly request: Incoming;
  readonly response: Outgoing;
  readonly surface: Surface;
  readonly operation: Operation | null;
  readonly params: Readonly<Record<string, string>>;
  readonly correlationId: string;
  readonly startedMs: number;
  address: string;
  /** Whether the request came by HTTPS, here or at a trusted proxy. */
  encrypted: boolean;
  /** The program that asks, as it names itself. */
  client: string;
  /** The query as sent, without the question mark; empty when there is none. */
  query: string;
  body: string | null;
  credential: VerifiedCredential | null;
  person: Person | null;
  meter: MeterReading | null;
  usageId: number;
  chargedMillicredits: number;
  failure: ErrorCode | null;
}

export interface Handler {
  (exchange: Exchange): Answer | Promise<Answer>;
  /**
   * Answers from memory, at once and changing nothing, or null. It is asked between the decision and its commit, so that
   * one commit holds charge and ending; the answer leaves after it, as every answer does. It may be asked again.
   */
  readonly recall?: (exchange: Exchange) => Answer | null;
}

/** recalling is a handler that looks into memory before it works. */
export const recalling = (
  recall: (exchange: Exchange) => Answer | null,
  work: (exchange: Exchange) => Answer | Promise<Answer>,
): Handler => Object.assign((exchange: Exchange) => recall(exchange) ?? work(exchange), { recall });

export type Presented =
  | { readonly kind: 'none' }
  | { readonly kind: 'repeated' }
  | { readonly kind: 'session'; readonly session: PresentedSession }
  | { readonly kind: 'basic'; readonly email: string; readonly password: string }
  /** What cannot be read as a credential, where the product says why. */
  | { readonly kind: 'refused'; readonly failure: Failure }
  | { readonly kind: 'one'; readonly family: Family; readonly text: string };

/** A surface: one product's manners on its own paths. */
export interface Surface {
  readonly name: SurfaceName;
  /** Unknown paths at or below these are answered in this surface's envelope. */
  readonly prefixes: readonly string[];
  readonly operations: readonly Operation[];
  readonly handlers: Readonly<Record<string, Handler>>;
  present(headers: IncomingHttpHeaders, request: Incoming): Presented;
  /** Whether a request without a credential is asked for one before it is told that its method is unknown. */
  readonly challengesFirst?: true;
  /** tenant refuses a credential on a path that belongs to somebody else. Asked before anything is charged. */
  readonly tenant?: (params: Exchange['params'], credential: VerifiedCredential) => Failure | null;
  /**
   * holder is what a signed-in person's request is admitted as where it counts or costs: the project of the path, or the
   * person. Null when the person does not belong there.
   */
  readonly holder?: (params: Exchange['params'], person: Person) => Promise<VerifiedCredential | null>;
  /** fail renders a failure in the surface's envelope; it must not throw. */
  fail(failure: Failure, correlationId: string): Answer;
}

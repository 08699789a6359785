/**
 * Signing in: mailed codes, sessions for programs and browsers, and the own sessions.
 *
 * It owns the wire of `/api/auth`: names, times, the cookie and its attributes. It owns no rule of codes and sessions: the
 * accounts module decides, counts attempts and says the same of addresses that nobody has.
 *
 * Invariants: a code, a JWT and a cookie stand in the one answer that shows them, which is never stored; a browser's
 * session is not readable by scripts; nothing here is charged.
 *
 * Fails with the codes that its operations list, as `{error: {code, message, help}}`.
 */
import { authOperations, CodeBody, CodeRequestBody } from '../../contract/index.ts';
import type { Actor, Clock } from '../../kernel/index.ts';
import { createAddressLimit } from '../address-limit.ts';
import { presentBearer } from '../bearer.ts';
import { codeEnvelope } from '../code-envelope.ts';
import { isoTime } from '../iso-time.ts';
import { emptyAnswer, jsonAnswer, parseBody } from '../json.ts';
import { actorOf, personOf } from '../person.ts';
import { rowName, rowNameIn } from '../row-name.ts';
import { endedCookie, sessionCookie } from '../session-cookie.ts';
import type { Answer, Exchange, Surface } from '../surface.ts';

interface StartedSession {
  readonly sessionId: string;
  readonly presented: string;
  readonly csrfToken: string | null;
  readonly expiresAtMs: number;
}

interface SessionRow {
  readonly id: string;
  readonly kind: 'token' | 'cookie';
  readonly createdAtMs: number;
  readonly lastSeenAtMs: number;
  readonly expiresAtMs: number;
  readonly address: string;
  readonly client: string;
}

/** What this surface needs of the accounts. */
export interface AuthVerbs {
  requestCode(input: {
    readonly email: string;
    readonly address: string;
  }): Promise<{ readonly requestId: string; readonly expiresAtMs: number }>;
  verifyCode(input: {
    readonly requestId: string;
    readonly code: string;
    readonly kind: 'token' | 'cookie';
    readonly address: string;
    readonly client: string;
    readonly correlationId: string;
  }): Promise<StartedSession>;
  list(input: { readonly actor: Actor }): Promise<readonly SessionRow[]>;
  end(input: { readonly actor: Actor; readonly sessionId: string }): Promise<void>;
  endOthers(input: { readonly actor: Actor; readonly sessionId: string }): Promise<number>;
}

export interface AuthDeps {
  readonly clock: Clock;
  readonly auth: AuthVerbs;
}

const minuteMs = 60_000;

/** createAuth builds the surface. */
export const createAuth = ({ clock, auth }: AuthDeps): Surface => {
  const requests = createAddressLimit(clock, { limit: 30, windowMs: minuteMs });
  const attempts = createAddressLimit(clock, { limit: 30, windowMs: minuteMs });

  const requestCode = async (exchange: Exchange): Promise<Answer> => {
    requests.take(exchange.address);
    const { email } = parseBody(CodeRequestBody, exchange.body);
    const made = await auth.requestCode({ email, address: exchange.address });
    return jsonAnswer(200, { request_id: made.requestId, expires_at: isoTime(made.expiresAtMs) });
  };

  const verifyCode = async (exchange: Exchange): Promise<Answer> => {
    attempts.take(exchange.address);
    const body = parseBody(CodeBody, exchange.body);
    const { address, client, correlationId } = exchange;
    const started = await auth.verifyCode({
      requestId: rowName(body.request_id),
      code: body.code,
      kind: body.session,
      address,
      client,
      correlationId,
    });
    const about = { session_id: started.sessionId, expires_at: isoTime(started.expiresAtMs) };
    if (body.session === 'token') return jsonAnswer(200, { token: started.presented, token_type: 'Bearer', ...about });
    const cookie = sessionCookie(started.presented, started.expiresAtMs - clock.nowMs(), exchange.encrypted);
    return jsonAnswer(200, { csrf_token: started.csrfToken ?? '', ...about }, ['Set-Cookie', cookie]);
  };

  const readSession = (exchange: Exchange): Answer => {
    const { userId, email, name, isAdministrator, sessionId, expiresAtMs, csrfToken } = personOf(exchange);
    return jsonAnswer(200, {
      user: { id: userId, email, name, is_administrator: isAdministrator },
      session: { id: sessionId, expires_at: isoTime(expiresAtMs), csrf_token: csrfToken },
    });
  };

  const signOut = async (exchange: Exchange): Promise<Answer> => {
    await auth.end({ actor: actorOf(exchange), sessionId: personOf(exchange).sessionId });
    return emptyAnswer(['Set-Cookie', endedCookie(exchange.encrypted)]);
  };

  const listSessions = async (exchange: Exchange): Promise<Answer> => {
    const rows = await auth.list({ actor: actorOf(exchange) });
    const { sessionId } = personOf(exchange);
    return jsonAnswer(200, {
      sessions: rows.map((row) => ({
        id: row.id,
        kind: row.kind,
        created_at: isoTime(row.createdAtMs),
        last_seen_at: isoTime(row.lastSeenAtMs),
        expires_at: isoTime(row.expiresAtMs),
        address: row.address,
        client: row.client,
        is_current: row.id === sessionId,
      })),
    });
  };

  const endSession = async (exchange: Exchange): Promise<Answer> => {
    await auth.end({ actor: actorOf(exchange), sessionId: rowNameIn(exchange, 'id') });
    return emptyAnswer();
  };

  const endOthers = async (exchange: Exchange): Promise<Answer> => {
    const ended = await auth.endOthers({ actor: actorOf(exchange), sessionId: personOf(exchange).sessionId });
    return jsonAnswer(200, { ended });
  };

  return {
    name: 'auth',
    prefixes: ['/api/auth'],
    operations: authOperations,
    handlers: {
      'auth.code.request': requestCode,
      'auth.code.verify': verifyCode,
      'auth.session.read': readSession,
      'auth.session.end': signOut,
      'auth.sessions.list': listSessions,
      'auth.sessions.end_others': endOthers,
      'auth.sessions.end': endSession,
    },
    // A credential is of no use here; any family would do to tell it from nothing.
    present: presentBearer('user-key'),
    fail: codeEnvelope('Bearer realm="auth"'),
  };
};

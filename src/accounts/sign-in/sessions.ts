import { hash, timingSafeEqual } from 'node:crypto';
import { fail, newId, randomAlphanumeric, type Actor } from '../../kernel/index.ts';
import { inTransaction, type Db } from '../../storage/index.ts';
import type { AccountsDeps } from '../deps.ts';
import { isTrusted } from '../permission.ts';
import {
  findSessionWithUser,
  insertSession,
  listLiveSessions,
  updateSessionSeen,
  updateSessionsEnded,
  type SessionRow,
} from '../store/session-store.ts';
import { readSessionToken, signSessionToken } from './session-token.ts';

/** A session as people see it. Times are epoch milliseconds. */
export interface Session {
  readonly id: string;
  readonly kind: 'token' | 'cookie';
  readonly createdAtMs: number;
  readonly lastSeenAtMs: number;
  readonly expiresAtMs: number;
  readonly address: string;
  readonly client: string;
}

export interface NewSession {
  readonly userId: string;
  /** `token`: a JWT for programs. `cookie`: for browsers. */
  readonly kind: 'token' | 'cookie';
  readonly address: string;
  readonly client: string;
}

export interface StartedSession {
  readonly sessionId: string;
  readonly userId: string;
  /** The JWT, or the value of the cookie. Shown once. */
  readonly presented: string;
  /** For the header X-CSRF-Token; null for programs, which no other site can make send anything. */
  readonly csrfToken: string | null;
  readonly expiresAtMs: number;
}

export type PresentedSession =
  | { readonly kind: 'token'; readonly token: string }
  /** `csrfToken`: what the header says. `isUnsafe`: the request may change something, so the header is needed. */
  | { readonly kind: 'cookie'; readonly value: string; readonly csrfToken: string | null; readonly isUnsafe: boolean };

export type SessionOutcome =
  | {
      readonly kind: 'signed_in';
      readonly userId: string;
      readonly sessionId: string;
      readonly email: string;
      readonly name: string;
      readonly isAdministrator: boolean;
      readonly csrfToken: string | null;
      readonly expiresAtMs: number;
    }
  | { readonly kind: 'refused'; readonly code: 'session.missing' | 'session.csrf' };

/** Seen times are written at most that often, so that a request is not a write. */
const seenEveryMs = 60_000;

const digestOf = (secret: string): string => hash('sha256', `session\0${secret}`, 'hex');
/** Follows from the cookie's secret, which no other site can read. */
const csrfTokenOf = (secret: string): string => hash('sha256', `csrf\0${secret}`, 'base64url');
const isEqual = (left: string, right: string): boolean => {
  const [a, b] = [Buffer.from(left), Buffer.from(right)];
  return a.length === b.length && timingSafeEqual(a, b);
};

const refused = (code: 'session.missing' | 'session.csrf'): SessionOutcome => ({ kind: 'refused', code });

export const sessionVerbs = (deps: AccountsDeps) => {
  const { control, clock, random, config } = deps;
  const { idleMs, absoluteMs } = config.session;

  const isAlive = (row: SessionRow, nowMs: number): boolean =>
    row.ended_at_ms === null && nowMs < row.expires_at_ms && nowMs < row.last_seen_at_ms + idleMs;

  /** start opens a session for a person who has just proven who they are, in the transaction of that proof. */
  const start = async (tx: Db, input: NewSession): Promise<StartedSession> => {
    const nowMs = clock.nowMs();
    const id = newId(random, 'ses');
    const secret = randomAlphanumeric(random, 32);
    const expiresAtMs = nowMs + absoluteMs;
    await insertSession(tx, {
      id,
      user_id: input.userId,
      kind: input.kind,
      digest: input.kind === 'cookie' ? digestOf(secret) : '',
      created_at_ms: nowMs,
      last_seen_at_ms: nowMs,
      expires_at_ms: expiresAtMs,
      ended_at_ms: null,
      address: input.address,
      client: input.client.slice(0, 200),
    });
    const presented =
      input.kind === 'cookie'
        ? `${id}.${secret}`
        : await signSessionToken(deps.keys, { id, userId: input.userId, startMs: nowMs, endMs: expiresAtMs });
    const csrfToken = input.kind === 'cookie' ? csrfTokenOf(secret) : null;
    return { sessionId: id, userId: input.userId, presented, csrfToken, expiresAtMs };
  };

  const identify = async (
    presented: PresentedSession,
    nowMs: number,
  ): Promise<{ readonly sessionId: string; readonly userId: string | null; readonly secret: string } | null> => {
    if (presented.kind === 'token') {
      const read = await readSessionToken(deps.keys, presented.token, nowMs);
      return read === null ? null : { ...read, secret: '' };
    }
    const match = /^(ses_[A-Za-z0-9]{16})\.([A-Za-z0-9]{32})$/.exec(presented.value);
    return match === null ? null : { sessionId: match[1] ?? '', userId: null, secret: match[2] ?? '' };
  };

  /** check says who a request comes from. The session's row is read on every call: an ended one is over at once. */
  const check = async (presented: PresentedSession): Promise<SessionOutcome> => {
    const nowMs = clock.nowMs();
    const named = await identify(presented, nowMs);
    const row = named === null ? undefined : await findSessionWithUser(control.db, named.sessionId);
    if (named === null || row === undefined || row.kind !== presented.kind) return refused('session.missing');
    const isProven =
      presented.kind === 'token' ? row.user_id === named.userId : isEqual(row.digest, digestOf(named.secret));
    if (!isProven || !isAlive(row, nowMs) || row.state !== 'active') return refused('session.missing');
    const csrfToken = presented.kind === 'cookie' ? csrfTokenOf(named.secret) : null;
    if (presented.kind === 'cookie' && presented.isUnsafe && !isEqual(presented.csrfToken ?? '', csrfToken ?? ' ')) {
      return refused('session.csrf');
    }
    if (nowMs - row.last_seen_at_ms >= seenEveryMs) await updateSessionSeen(control.db, row.id, nowMs);
    return {
      kind: 'signed_in',
      userId: row.user_id,
      sessionId: row.id,
      email: row.email,
      name: row.name,
      isAdministrator: row.is_administrator === 1,
      csrfToken,
      expiresAtMs: row.expires_at_ms,
    };
  };

  /** Whose sessions an actor may see and end: their own; the operator names a person. */
  const subjectOf = (actor: Actor, userId: string | undefined): string => {
    if (actor.kind === 'user') return actor.id;
    if (isTrusted(actor) && userId !== undefined) return userId;
    throw fail('permission.refused');
  };

  const end = (
    actor: Actor,
    userId: string,
    which: { readonly only?: string; readonly except?: string },
  ): Promise<number> =>
    inTransaction(control.db, async (tx) => {
      const ended = await updateSessionsEnded(tx, userId, which, clock.nowMs());
      if (ended === 0) return 0;
      await deps.audit.record(tx, {
        actor,
        scope: { kind: 'account', id: userId },
        action: 'session.ended',
        object: { kind: 'session', id: which.only ?? '' },
        after: { sessions_ended: ended },
      });
      return ended;
    });

  return {
    start,
    check,
    /** list returns the sessions that are alive, newest first. */
    list: async (input: { readonly actor: Actor; readonly userId?: string }): Promise<Session[]> => {
      const nowMs = clock.nowMs();
      const rows = await listLiveSessions(control.db, subjectOf(input.actor, input.userId));
      return rows
        .filter((row) => isAlive(row, nowMs))
        .map((row) => ({
          id: row.id,
          kind: row.kind,
          createdAtMs: row.created_at_ms,
          lastSeenAtMs: row.last_seen_at_ms,
          expiresAtMs: row.expires_at_ms,
          address: row.address,
          client: row.client,
        }));
    },
    /** end ends one session: the own one is the sign-out. Throws `session.not_found`. */
    end: async (input: {
      readonly actor: Actor;
      readonly sessionId: string;
      readonly userId?: string;
    }): Promise<void> => {
      const ended = await end(input.actor, subjectOf(input.actor, input.userId), { only: input.sessionId });
      if (ended === 0) throw fail('session.not_found');
    },
    /** endOthers ends all but the given session, and returns how many. */
    endOthers: (input: { readonly actor: Actor; readonly sessionId: string }): Promise<number> =>
      end(input.actor, subjectOf(input.actor, undefined), { except: input.sessionId }),
    endAll: (input: { readonly actor: Actor; readonly userId?: string }): Promise<number> =>
      end(input.actor, subjectOf(input.actor, input.userId), {}),
  };
};

export type Sessions = ReturnType<typeof sessionVerbs>;

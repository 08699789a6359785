import { fail, newId, randomAlphanumeric, systemActor, type Actor, type Random } from '../../kernel/index.ts';
import { inTransaction, type Db } from '../../storage/index.ts';
import type { AccountsDeps } from '../deps.ts';
import { normalEmail } from '../email-address.ts';
import { matchesSlowDigest, slowDigest } from '../password/password-digest.ts';
import { requireAdministrator } from '../permission.ts';
import { listInvitationsFor } from '../store/invitation-store.ts';
import {
  claimSignInAttempt,
  countSignInRequests,
  deleteSignInRequests,
  insertSignInRequest,
  useSignInRequest,
} from '../store/session-store.ts';
import {
  countAdministrators,
  findUser,
  findUserByEmail,
  takeTurn,
  updateUser,
  type UserRow,
} from '../store/user-store.ts';
import { insertAccount } from '../users.ts';
import type { Sessions, StartedSession } from './sessions.ts';

const minuteMs = 60_000;
const codeMs = 10 * minuteMs;
const linkMs = 24 * 60 * minuteMs;
const hourMs = 60 * minuteMs;
const attemptsMax = 5;
/** Requests are kept that long after their beginning: what limits count, and a little more. */
const keptMs = 2 * linkMs;
/** One client address may stand for several people behind one gateway. */
const perClientFactor = 5;

export interface CodeRequest {
  readonly requestId: string;
  readonly expiresAtMs: number;
}

/** A link that signs a person in once: `<public url>/sign-in#<token>`. */
export interface SignInLink {
  readonly email: string;
  /** `<request id>.<secret>`: the two halves that `verifyCode` takes. */
  readonly token: string;
  readonly expiresAtMs: number;
}

/** sixDigits draws a code without bias. */
const sixDigits = (random: Random): string => {
  for (;;) {
    const value = random.bytes(4).readUInt32BE(0);
    if (value < 4_294_000_000) return String(value % 1_000_000).padStart(6, '0');
  }
};

/** Thrown to undo a transaction on purpose. */
class Undo extends Error {}

export const signInVerbs = (deps: AccountsDeps, sessions: Sessions) => {
  const { control, clock, random, config } = deps;
  const { db, engine } = control;

  const requireFewRequests = async (tx: Db, email: string, address: string): Promise<void> => {
    const sinceMs = clock.nowMs() - hourMs;
    const limit = config.signInMailsPerHour;
    if (
      (await countSignInRequests(tx, { email }, sinceMs)) >= limit ||
      (await countSignInRequests(tx, { address }, sinceMs)) >= limit * perClientFactor
    ) {
      throw fail('sign_in.limited');
    }
  };

  const insertRequest = async (
    tx: Db,
    input: { readonly email: string; readonly userId: string | null; readonly address: string },
    secret: { readonly digest: string; readonly lifeMs: number },
  ): Promise<CodeRequest> => {
    const nowMs = clock.nowMs();
    const row = {
      id: newId(random, 'sir'),
      email: input.email,
      user_id: input.userId,
      digest: secret.digest,
      attempts: 0,
      state: 'open',
      address: input.address,
      created_at_ms: nowMs,
      expires_at_ms: nowMs + secret.lifeMs,
    } as const;
    await deleteSignInRequests(tx, nowMs - keptMs);
    await insertSignInRequest(tx, row);
    return { requestId: row.id, expiresAtMs: row.expires_at_ms };
  };

  const codeMail = (email: string, code: string): { to: string; subject: string; text: string } => ({
    to: email,
    subject: 'Your sign-in code',
    text: `Your code is ${code}\n\nIt works once, within ten minutes, where it was asked for. If you did not ask for it, ignore this mail.\n`,
  });

  /** sendNothing does the work of sending and undoes it, so that an address nobody has takes as long as a known one. */
  const sendNothing = async (mail: ReturnType<typeof codeMail>): Promise<void> => {
    try {
      await inTransaction(db, async (tx) => {
        await deps.mail.send(tx, mail);
        throw new Undo();
      });
    } catch (error) {
      if (!(error instanceof Undo)) throw error;
    }
  };

  /**
   * requestCode mails a six-digit code that lives ten minutes. The answer is the same whether anybody has the address or
   * not. Throws `sign_in.limited` and `request.invalid_parameter`.
   */
  const requestCode = async (input: { readonly email: string; readonly address: string }): Promise<CodeRequest> => {
    const email = normalEmail(input.email);
    // Asked before the slow digest too, which would else be work for whoever asks too often.
    await requireFewRequests(db, email, input.address);
    const code = sixDigits(random);
    const digest = await slowDigest(random, code);
    const { request, isKnown } = await inTransaction(db, async (tx) => {
      await takeTurn(engine, tx, 'turn.sign_in');
      await requireFewRequests(tx, email, input.address);
      const user = await findUserByEmail(tx, email);
      const invitations = await listInvitationsFor(tx, email, clock.nowMs());
      const known = user === undefined ? invitations.length > 0 : user.state === 'active';
      const made = await insertRequest(
        tx,
        { email, userId: known ? (user?.id ?? null) : null, address: input.address },
        { digest, lifeMs: codeMs },
      );
      if (known) await deps.mail.send(tx, codeMail(email, code));
      return { request: made, isKnown: known };
    });
    if (!isKnown) await sendNothing(codeMail(email, code));
    return request;
  };

  /** The person who proved an address: the account of it, or a new one when somebody has invited the address. */
  const personOf = async (tx: Db, email: string, userId: string | null, actor: Actor): Promise<string | null> => {
    const user = userId === null ? await findUserByEmail(tx, email) : await findUser(tx, userId);
    if (user !== undefined) return user.state === 'active' ? user.id : null;
    const invitations = await listInvitationsFor(tx, email, clock.nowMs());
    return invitations.length === 0 ? null : (await insertAccount(deps, tx, { actor, email })).id;
  };

  const auditRefusal = async (email: string, userId: string, actor: Actor, attempts: number): Promise<void> => {
    await inTransaction(db, (tx) =>
      deps.audit.record(tx, {
        actor,
        scope: { kind: 'account', id: userId },
        action: 'sign_in.refused',
        object: { kind: 'account', id: userId },
        after: { attempts },
        personal: { email },
      }),
    );
  };

  /**
   * verifyCode turns a code (or the secret of a link) into a session. A request takes five attempts, counted before they
   * are judged. Every refusal is `sign_in.refused`.
   */
  const verifyCode = async (input: {
    readonly requestId: string;
    readonly code: string;
    readonly kind: 'token' | 'cookie';
    readonly address: string;
    readonly client: string;
    readonly correlationId?: string;
  }): Promise<StartedSession> => {
    const actorOf = (userId: string, name: string): Actor => ({
      kind: 'user',
      id: userId,
      name,
      address: input.address,
      client: input.client,
      correlationId: input.correlationId ?? '',
    });
    const request = await inTransaction(db, (tx) =>
      claimSignInAttempt(engine, tx, input.requestId, attemptsMax, clock.nowMs()),
    );
    const isRight = await matchesSlowDigest(request?.digest ?? null, input.code.slice(0, 200).trim());
    if (request === undefined || !isRight) {
      if (request?.user_id !== undefined && request.user_id !== null) {
        await auditRefusal(request.email, request.user_id, actorOf('', ''), request.attempts);
      }
      throw fail('sign_in.refused');
    }
    return inTransaction(db, async (tx) => {
      if (!(await useSignInRequest(tx, request.id))) throw fail('sign_in.refused');
      const userId = await personOf(tx, request.email, request.user_id, systemActor);
      if (userId === null) throw fail('sign_in.refused');
      const session = await sessions.start(tx, {
        userId,
        kind: input.kind,
        address: input.address,
        client: input.client,
      });
      await deps.audit.record(tx, {
        actor: actorOf(userId, request.email),
        scope: { kind: 'account', id: userId },
        action: 'session.started',
        object: { kind: 'session', id: session.sessionId },
        after: { kind: input.kind, expires_at_ms: session.expiresAtMs },
      });
      return session;
    });
  };

  const issueLink = async (
    tx: Db,
    user: Pick<UserRow, 'id' | 'email'>,
    secret: { readonly text: string; readonly digest: string },
    actor: Actor,
  ): Promise<SignInLink> => {
    const request = await insertRequest(
      tx,
      { email: user.email, userId: user.id, address: '' },
      { digest: secret.digest, lifeMs: linkMs },
    );
    await deps.audit.record(tx, {
      actor,
      scope: { kind: 'account', id: user.id },
      action: 'sign_in.link_issued',
      object: { kind: 'account', id: user.id },
      after: { expires_at_ms: request.expiresAtMs },
    });
    return { email: user.email, token: `${request.requestId}.${secret.text}`, expiresAtMs: request.expiresAtMs };
  };

  const newSecret = async (): Promise<{ text: string; digest: string }> => {
    const text = randomAlphanumeric(random, 32);
    return { text, digest: await slowDigest(random, text) };
  };

  return {
    requestCode,
    verifyCode,
    /** createLink makes a sign-in link for a person without mail: works once, within 24 hours. */
    createLink: async (input: { readonly actor: Actor; readonly email: string }): Promise<SignInLink> => {
      await requireAdministrator(db, input.actor);
      const secret = await newSecret();
      return inTransaction(db, async (tx) => {
        const user = await findUserByEmail(tx, normalEmail(input.email));
        if (user === undefined) throw fail('account.not_found', { message: `No user with the address ${input.email}` });
        return issueLink(tx, user, secret, input.actor);
      });
    },
    /** ensureAdministrator makes the administrator at the very first start, with a link to sign in; null ever after. */
    ensureAdministrator: async (): Promise<SignInLink | null> => {
      if ((await countAdministrators(db)) > 0) return null;
      const secret = await newSecret();
      return inTransaction(db, async (tx) => {
        await takeTurn(engine, tx, 'turn.administrators');
        if ((await countAdministrators(tx)) > 0) return null;
        const email = normalEmail(config.administrator);
        const existing = await findUserByEmail(tx, email);
        const user = existing ?? (await insertAccount(deps, tx, { actor: systemActor, email, isAdministrator: true }));
        if (existing !== undefined) await updateUser(tx, existing.id, { is_administrator: 1, state: 'active' });
        return issueLink(tx, user, secret, systemActor);
      });
    },
  };
};

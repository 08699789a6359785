import { createHash, timingSafeEqual } from 'node:crypto';
import { AppError, fail, newId, type Actor, type AuditSink, type Clock, type Random } from '../kernel/index.ts';
import { inTransaction, type Control, type Db } from '../storage/index.ts';
import { findClaim, hasClaimOrKey, insertClaim, lockClaim, updateClaim, type ClaimRow } from './claims-store.ts';
import type { CredentialsDeps } from './deps.ts';
import type { IssuedCredential, NewCredential } from './types.ts';
import { checkedName } from './wording.ts';

export interface ClaimsDeps {
  readonly control: Control;
  readonly clock: Clock;
  readonly random: Random;
  readonly audit: AuditSink<Db>;
  readonly mail: CredentialsDeps['mail'];
  /** Address of the server in links, without a trailing slash. */
  readonly publicUrl: string;
  readonly issue: (input: NewCredential, within: Db) => Promise<IssuedCredential>;
  readonly contactsOf: (ownerId: string) => Promise<readonly string[]>;
}

export interface NewClaim {
  readonly actor: Actor;
  readonly subscriptionId: string;
  /** Of the key that it will be. 1 to 100 characters. */
  readonly name: string;
  /** Who gets the link. */
  readonly email: string;
}

export interface Claims {
  /**
   * create mails a link that gives one key of a subscription to whoever opens it first, within 72 hours. The key does not
   * exist before that.
   */
  create(tx: Db, claim: NewClaim): Promise<void>;
  /** createFirst does the same unless the subscription has ever had a link or a key; returns whether it did. */
  createFirst(tx: Db, claim: NewClaim): Promise<boolean>;
  /**
   * open takes the token of a link and returns the key, once. `actor` is who presents it: its address and client go into
   * the audit log. Throws `claim.refused` for a token that is wrong, has expired or was used; the last is an alarm: audited,
   * and mailed to the owner.
   */
  open(token: string, actor: Actor): Promise<IssuedCredential>;
}

const lifetimeMs = 72 * 3_600_000;
/** Openings that are audited one by one: a token in the wrong hands must not be able to fill the log. */
const alarmsMax = 20;
const tokenPattern = /^(clm_[A-Za-z0-9]{16})\.([A-Za-z0-9_-]{43})$/;

/** 256 random bits: a fast hash without a key is enough. */
const digestOf = (secret: string): Buffer => createHash('sha256').update(secret).digest();

const scopeOf = (subscriptionId: string) => ({ kind: 'subscription', id: subscriptionId }) as const;

const linkText = (link: string): string =>
  [
    'A subscription is active. Open this link to take its API key:',
    '',
    `  ${link}`,
    '',
    'The link works once, within 72 hours. The key is shown once: keep it in a safe place.',
    'If the link has been opened before you do, tell the operator.',
    '',
  ].join('\n');

const alarmText = (claim: ClaimRow): string =>
  [
    `The one-time link for the API key "${claim.name}" was opened again after the key had been taken.`,
    '',
    'Nothing was given out. If you have not taken the key yourself, somebody else has it: revoke it now.',
    `  Subscription: ${claim.subscription_id}`,
    `  Key: ${claim.credential_id ?? ''}`,
    '',
  ].join('\n');

/** What an opening comes to, decided in its transaction. */
type Opening =
  | { readonly kind: 'issued'; readonly credential: IssuedCredential }
  | { readonly kind: 'wrong' | 'expired' | 'repeated' };

export const createClaims = (deps: ClaimsDeps): Claims => {
  const { control, clock, random, audit, mail } = deps;

  const create = async (tx: Db, { actor, subscriptionId, name, email }: NewClaim): Promise<void> => {
    const id = newId(random, 'clm');
    const secret = random.bytes(32).toString('base64url');
    const nowMs = clock.nowMs();
    const row: ClaimRow = {
      id,
      subscription_id: subscriptionId,
      name: checkedName(name),
      digest: digestOf(secret).toString('hex'),
      openings: 0,
      credential_id: null,
      created_at_ms: nowMs,
      expires_at_ms: nowMs + lifetimeMs,
      claimed_at_ms: null,
    };
    await insertClaim(tx, row);
    // Behind the `#`, a token is sent to no server and ends up in no log.
    const link = `${deps.publicUrl}/claim#${id}.${secret}`;
    await mail.send(tx, { to: email, subject: 'Your API key is ready', text: linkText(link) });
    await audit.record(tx, {
      actor,
      scope: scopeOf(subscriptionId),
      action: 'claim.created',
      object: { kind: 'claim', id, name: row.name },
      after: { expires_at_ms: row.expires_at_ms },
      personal: { email },
    });
  };

  const refuseAgain = async (tx: Db, claim: ClaimRow, contacts: readonly string[], actor: Actor): Promise<void> => {
    const openings = claim.openings + 1;
    await updateClaim(tx, claim.id, { openings });
    if (openings > alarmsMax) return;
    const day = Math.floor(clock.nowMs() / 86_400_000);
    for (const to of contacts) {
      await mail.send(tx, {
        to,
        subject: 'A one-time link was opened again',
        text: alarmText(claim),
        dedupeKey: `claim:${claim.id}:${day}:${to}`,
      });
    }
    await audit.record(tx, {
      actor,
      scope: scopeOf(claim.subscription_id),
      action: 'claim.opened_again',
      object: { kind: 'claim', id: claim.id, name: claim.name },
      after: { openings, credential_id: claim.credential_id },
    });
  };

  const give = async (tx: Db, claim: ClaimRow, actor: Actor): Promise<IssuedCredential> => {
    const credential = await deps.issue(
      { actor, family: 'subscription-key', ownerId: claim.subscription_id, name: claim.name },
      tx,
    );
    await updateClaim(tx, claim.id, {
      openings: claim.openings + 1,
      credential_id: credential.id,
      claimed_at_ms: clock.nowMs(),
    });
    await audit.record(tx, {
      actor,
      scope: scopeOf(claim.subscription_id),
      action: 'claim.opened',
      object: { kind: 'claim', id: claim.id, name: claim.name },
      after: { credential_id: credential.id },
    });
    return credential;
  };

  const openIn = async (
    tx: Db,
    { id, secret, contacts }: { readonly id: string; readonly secret: string; readonly contacts: readonly string[] },
    actor: Actor,
  ): Promise<Opening> => {
    const claim = await lockClaim(control.engine, tx, id);
    // A token of nobody costs the same comparison as a wrong one.
    const expected = Buffer.from(claim?.digest ?? '0'.repeat(64), 'hex');
    const isRight = timingSafeEqual(expected, digestOf(secret));
    if (claim === undefined || !isRight) return { kind: 'wrong' };
    if (claim.claimed_at_ms !== null) {
      await refuseAgain(tx, claim, contacts, actor);
      return { kind: 'repeated' };
    }
    if (clock.nowMs() >= claim.expires_at_ms) return { kind: 'expired' };
    return { kind: 'issued', credential: await give(tx, claim, actor) };
  };

  return {
    create,
    createFirst: async (tx, claim) => {
      if (await hasClaimOrKey(tx, claim.subscriptionId)) return false;
      await create(tx, claim);
      return true;
    },
    open: async (token, actor) => {
      const [, id = '', secret = ''] = tokenPattern.exec(token) ?? [];
      // Read before the transaction, which may hold the only connection.
      const known = await findClaim(control.db, id);
      const contacts = known === undefined ? [] : await deps.contactsOf(known.subscription_id);
      const opening = await inTransaction(control.db, (tx) => openIn(tx, { id, secret, contacts }, actor)).catch(
        (error: unknown): Opening => {
          // The subscription's owner is gone, and so is what the link was for.
          if (error instanceof AppError && error.code === 'account.not_found') return { kind: 'wrong' };
          throw error;
        },
      );
      if (opening.kind === 'issued') return opening.credential;
      throw fail('claim.refused', {
        message: {
          wrong: 'This link is not valid',
          expired: 'This link has expired: it worked for 72 hours',
          repeated: 'This link has been used: the key was shown to whoever opened it first',
        }[opening.kind],
      });
    },
  };
};

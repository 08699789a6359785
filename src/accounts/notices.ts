import type { Actor } from '../kernel/index.ts';
import type { Db } from '../storage/index.ts';
import type { MailSink } from './deps.ts';
import { findUser } from './store/user-store.ts';

/** A project or organisation as people call it. */
interface Place {
  readonly kind: 'project' | 'organisation';
  readonly name: string;
}

const called = ({ kind, name }: Place): string => `the ${kind} ${JSON.stringify(name)}`;

const tell = async (
  { mail }: { readonly mail: MailSink },
  tx: Db,
  userId: string,
  subject: string,
  text: string,
): Promise<void> => {
  const user = await findUser(tx, userId);
  // Who is disabled cannot do anything about it.
  if (user?.state === 'active') await mail.send(tx, { to: user.email, subject, text: `${text}\n` });
};

/** tellRemoved tells a person that somebody else has taken them out; who leaves knows it. */
export const tellRemoved = async (
  deps: { readonly mail: MailSink },
  tx: Db,
  { actor, userId, place }: { readonly actor: Actor; readonly userId: string; readonly place: Place },
): Promise<void> => {
  if (actor.kind === 'user' && actor.id === userId) return;
  await tell(
    deps,
    tx,
    userId,
    `You were removed from ${place.name}`,
    `You do not belong to ${called(place)} any more. Tokens that you have made there have stopped working.`,
  );
};

/** tellTransferred tells the new and the old owner of a project. */
export const tellTransferred = async (
  deps: { readonly mail: MailSink },
  tx: Db,
  { from, to, name }: { readonly from: string; readonly to: string; readonly name: string },
): Promise<void> => {
  const place = { kind: 'project', name } as const;
  const subject = `Transfer of ${name}`;
  await tell(deps, tx, to, subject, `You are now the owner of ${called(place)}: your plan governs it from now on.`);
  await tell(deps, tx, from, subject, `You are not the owner of ${called(place)} any more; you stay in it as admin.`);
};

import { fail, type Actor } from '../kernel/index.ts';
import type { Exchange, Person } from './surface.ts';

/** personOf is the signed-in person of an operation that only people may call. */
export const personOf = (exchange: Exchange): Person => {
  if (exchange.person === null) throw fail('session.missing');
  return exchange.person;
};

/** actorOf says for the audit log who asks: the signed-in person. */
export const actorOf = (exchange: Exchange): Actor => {
  const { userId, email } = personOf(exchange);
  return { kind: 'user', id: userId, name: email, ...whereOf(exchange) };
};

/** strangerOf is the actor of a request that names nobody: the server acts on what somebody else has told it. */
export const strangerOf = (exchange: Exchange, name: string): Actor => ({
  kind: 'system',
  id: '',
  name,
  ...whereOf(exchange),
});

const whereOf = ({
  address,
  client,
  correlationId,
}: Exchange): Pick<Actor, 'address' | 'client' | 'correlationId'> => ({
  address,
  client,
  correlationId,
});

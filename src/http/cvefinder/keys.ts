import { KeyBody, NewKeyBody } from '../../contract/index.ts';
import type { Credential, IssuedCredential } from '../../credentials/index.ts';
import { fail } from '../../kernel/index.ts';
import type { CredentialVerbs } from '../credential-verbs.ts';
import { jsonAnswer, parseBody } from '../json.ts';
import { actorOf, personOf } from '../person.ts';
import type { Answer, Exchange, Handler } from '../surface.ts';
import { momentOf } from './moment.ts';

const issuedAnswer = (issued: IssuedCredential): Answer =>
  jsonAnswer(200, {
    success: true,
    api_key: issued.presented,
    api_key_id: issued.number,
    name: issued.name,
    created_at: momentOf(issued.createdAtMs),
  });

const rowOf = (key: Credential) => ({
  id: key.number,
  masked_key: key.masked,
  name: key.name,
  requests_count: key.requests,
  last_used_at: key.lastUsedAtMs === null ? null : momentOf(key.lastUsedAtMs),
  created_at: momentOf(key.createdAtMs),
  is_active: key.state === 'active',
});

/** keyHandlers are the four operations on a person's own keys. */
export const keyHandlers = (keys: CredentialVerbs): Readonly<Record<string, Handler>> => {
  const ownKeys = (exchange: Exchange): Promise<readonly Credential[]> =>
    keys.list({ actor: actorOf(exchange), ownerId: personOf(exchange).userId, family: 'user-key' });

  /** Keys of others cannot be told from keys that never were. */
  const namedKey = async (exchange: Exchange) => {
    const { api_key_id: number } = parseBody(KeyBody, exchange.body);
    const found = (await ownKeys(exchange)).find((key) => key.number === number);
    if (found === undefined) throw fail('credential.not_found');
    return { actor: actorOf(exchange), id: found.id, ownerId: found.ownerId };
  };

  return {
    'cvefinder.key.create': async (exchange) => {
      const { name } = parseBody(NewKeyBody, exchange.body);
      const ownerId = personOf(exchange).userId;
      return issuedAnswer(await keys.issue({ actor: actorOf(exchange), family: 'user-key', ownerId, name }));
    },
    'cvefinder.keys.list': async (exchange) =>
      jsonAnswer(200, { success: true, keys: (await ownKeys(exchange)).map(rowOf) }),
    'cvefinder.key.revoke': async (exchange) => {
      await keys.revoke(await namedKey(exchange));
      return jsonAnswer(200, { success: true, message: 'API key revoked successfully' });
    },
    'cvefinder.key.rotate': async (exchange) => issuedAnswer(await keys.rotate(await namedKey(exchange))),
  };
};

/** Risk: the time of an answer tells whether a credential exists, or a made-up one costs a look into the database. */
import { expect, it } from 'vitest';
import { deskOn, owners } from '../../test/support/credential-desk.ts';
import { eachEngine } from '../../test/support/engines.ts';
import { operatorActor, systemRandom, type Family } from '../kernel/index.ts';
import type { Db } from '../storage/index.ts';
import { credentialFormats } from './formats/registry.ts';

const address = '203.0.113.9';

/** counting wraps a database so that its queries are counted. */
const counting = (db: Db): { readonly db: Db; readonly counted: () => number } => {
  let queries = 0;
  const wrapped = db.withPlugin({
    transformQuery: ({ node }) => {
      queries += 1;
      return node;
    },
    transformResult: async ({ result }) => result,
  });
  return {
    db: wrapped,
    counted: () => {
      const counted = queries;
      queries = 0;
      return counted;
    },
  };
};

eachEngine('steps of a refusal', (makeDatabase) => {
  it.each(credentialFormats.map((format) => [format.family, format] as const))(
    'are the same for an unknown, a wrong and a revoked %s, and none for a mistyped one',
    async (family: Family, format) => {
      const control = await makeDatabase();
      const { db, counted } = counting(control.db);
      const desk = await deskOn({ ...control, db });
      const ownerId = await desk.own(owners[family]);
      const scopes = family === 'project-token' ? { scopes: { alerts: 'read' as const } } : {};
      const { id, presented } = await desk.credentials.issue({
        actor: operatorActor,
        family,
        ownerId,
        name: 'x',
        ...scopes,
      });
      await desk.credentials.revoke({ actor: operatorActor, id });
      const ask = async (text: string): Promise<number> => {
        await desk.credentials.settled();
        counted();
        const outcome = desk.credentials.verify({ family, presented: text, address });
        await outcome;
        return counted();
      };
      // The first attempt notes itself beside the answer; the next ones within a minute do not.
      await ask(presented);
      expect(await ask(presented)).toBe(1);
      expect(await ask(format.mint(systemRandom).presented)).toBe(1);
      expect(await ask(`${presented.slice(0, -1)}${presented.endsWith('0') ? '1' : '0'}`)).toBe(0);
    },
  );
});

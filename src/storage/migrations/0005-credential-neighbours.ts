import type { Db } from '../engine.ts';

/** A look-up that nobody has is answered with its neighbour in the same family: in the order of this index. */
export const credentialNeighbours = async (db: Db): Promise<void> => {
  await db.schema.createIndex('credentials_neighbours').on('credentials').columns(['family', 'lookup']).execute();
};

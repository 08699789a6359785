import type { Selectable } from 'kysely';
import type { ControlTables, Db } from '../../storage/index.ts';

export type PlaceRow = Selectable<ControlTables['organization_places']>;

/** insertPlaceOnce gives a member or an invitation of an organisation its number, unless it has one. */
export const insertPlaceOnce = async (db: Db, row: Omit<PlaceRow, 'number'>): Promise<void> => {
  await db
    .insertInto('organization_places')
    .values(row)
    .onConflict((conflict) => conflict.columns(['organization_id', 'holder']).doNothing())
    .execute();
};

/** movePlace keeps the number of an invitation for the person who takes it. */
export const movePlace = async (
  db: Db,
  organizationId: string,
  { from, to }: { readonly from: string; readonly to: string },
): Promise<void> => {
  await db
    .updateTable('organization_places')
    .set({ holder: to })
    .where('organization_id', '=', organizationId)
    .where('holder', '=', from)
    .execute();
};

export const listPlaces = (db: Db, organizationId: string): Promise<PlaceRow[]> =>
  db
    .selectFrom('organization_places')
    .selectAll()
    .where('organization_id', '=', organizationId)
    .orderBy('number')
    .execute();

export const deletePlace = async (db: Db, organizationId: string, holder: string): Promise<void> => {
  await db
    .deleteFrom('organization_places')
    .where('organization_id', '=', organizationId)
    .where('holder', '=', holder)
    .execute();
};

/** deletePlacesOf forgets the numbers of a person in every organisation. */
export const deletePlacesOf = async (db: Db, userId: string): Promise<void> => {
  await db.deleteFrom('organization_places').where('holder', '=', userId).execute();
};

/** deletePlacesIn forgets all numbers of an organisation. */
export const deletePlacesIn = async (db: Db, organizationId: string): Promise<void> => {
  await db.deleteFrom('organization_places').where('organization_id', '=', organizationId).execute();
};

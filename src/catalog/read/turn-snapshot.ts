import type { DatabaseSync } from 'node:sqlite';
import { endSnapshot, prepareQuery } from '../store/read-connection.ts';

/**
 * createTurnSnapshot lets all reads of one turn of the event loop share one read transaction: beginning and ending one
 * costs as much as the read itself, and requests come in batches.
 *
 * The transaction ends in a microtask, so it never outlives the turn. What arrives from outside in one turn was read
 * from its socket before the turn's first microtask ran; so a read that shares a snapshot still sees every commit that
 * came before its request. Code that writes and reads in one synchronous stretch is the exception; nothing does.
 *
 * The function opens the turn's snapshot and says whether the file changed since the last one (`data_version` moves with
 * every commit of another connection, and is read inside the snapshot): what was remembered of it is then void.
 */
export const createTurnSnapshot = (database: DatabaseSync): (() => boolean) => {
  let open = false;
  const finish = () => {
    open = false;
    endSnapshot(database);
  };
  const begin = database.prepare('begin');
  const dataVersion = prepareQuery(database, 'pragma data_version');
  let version: unknown = null;
  return () => {
    if (open) return false;
    endSnapshot(database);
    begin.run();
    open = true;
    queueMicrotask(finish);
    const current = dataVersion.first()?.[0];
    const hasChanged = current !== version;
    version = current;
    return hasChanged;
  };
};

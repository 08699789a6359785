import type { DatabaseSync } from 'node:sqlite';
import { endSnapshot } from '../store/read-connection.ts';

/**
 * createTurnSnapshot lets all reads of one turn of the event loop share one read transaction: beginning and ending one
 * costs as much as the read itself, and requests come in batches.
 *
 * The transaction ends in a microtask, so it never outlives the turn. What arrives from outside in one turn was read
 * from its socket before the turn's first microtask ran; so a read that shares a snapshot still sees every commit that
 * came before its request. Code that writes and reads in one synchronous stretch is the exception; nothing does.
 */
export const createTurnSnapshot = (database: DatabaseSync): (() => void) => {
  let open = false;
  const finish = () => {
    open = false;
    endSnapshot(database);
  };
  const begin = database.prepare('begin');
  return () => {
    if (open) return;
    endSnapshot(database);
    begin.run();
    open = true;
    queueMicrotask(finish);
  };
};

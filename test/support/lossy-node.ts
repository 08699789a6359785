import { onTestFinished } from 'vitest';
import { silentLog } from '../../src/kernel/index.ts';
import { openControl } from '../../src/storage/index.ts';
import { nodeOn, type Node } from './actors.ts';
import type { TestDatabase } from './engines.ts';
import { startLossyProxy, type LossyProxy } from './lossy-proxy.ts';

export interface LossyNode {
  /** Sees the server directly. */
  readonly database: TestDatabase;
  readonly proxy: LossyProxy;
  readonly node: Node;
}

/** lossyNode is a node on PostgreSQL behind a network that may be slow or fail, until the test ends. */
export const lossyNode = async (makeDatabase: () => Promise<TestDatabase>): Promise<LossyNode> => {
  const database = await makeDatabase();
  if (database.settings.engine !== 'postgres') throw new Error('this is for PostgreSQL');
  const proxy = await startLossyProxy(database.settings);
  const control = await openControl(proxy.settings, silentLog);
  const node = await nodeOn(control);
  onTestFinished(async () => {
    await node.close();
    await control.close();
    await proxy.close();
  });
  return { database, proxy, node };
};

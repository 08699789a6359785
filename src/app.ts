/** The whole program: the control plane's parts, the catalogue and the HTTP server, bound together. */
import { openCatalog, type Catalog } from './catalog/index.ts';
import { createHttp, type HttpServer } from './http/index.ts';
import { openParts, type Parts, type Surroundings } from './parts.ts';
import { ping } from './storage/index.ts';

export interface App {
  readonly parts: Parts;
  readonly catalog: Catalog;
  readonly server: HttpServer;
  /** close finishes and settles what was admitted, then closes every store. */
  close(): Promise<void>;
}

/** openApp opens everything that serves; nothing listens yet. */
export const openApp = async (surroundings: Surroundings): Promise<App> => {
  const { config, clock, random, log } = surroundings;
  const parts = await openParts(surroundings);
  try {
    const catalog = openCatalog({ databasePath: config.catalogue.databasePath, clock, log });
    const { credentials, admission } = parts;
    const server = await createHttp({
      clock,
      random,
      log,
      config: config.server,
      credentials,
      admission,
      catalog,
      version,
      ready: { controlPlane: () => ping(parts.control.db), catalogue: () => catalog.ready() },
      memoryBytes: () => process.memoryUsage.rss(),
    });
    const close = async (): Promise<void> => {
      await server.close();
      await catalog.close();
      await parts.close();
    };
    return { parts, catalog, server, close };
  } catch (error) {
    await parts.close();
    throw error;
  }
};

import { createHash } from 'node:crypto';
import { loopbackServer, type LoopbackServer } from './loopback.ts';

/** FileServer is a loopback server of files in memory, with entity tags, conditional requests and ranges. */
export interface FileServer extends LoopbackServer {
  /** By path; a text that begins with `redirect:` answers with a redirect to what follows. May change at any time. */
  readonly files: Map<string, string | Buffer>;
  /** What a path says of its last change; nothing where none is set. */
  readonly lastModified: Map<string, string>;
  /** Paths whose next answer stops in the middle until `cut` breaks it off, which a test does once the client has read. */
  readonly cutOnce: Set<string>;
  cut(): void;
  /** The paths asked for since the last call, in order. */
  takePaths(): string[];
}

/** fileServer serves the given files; everything else is 404. */
export const fileServer = async (files: Readonly<Record<string, string | Buffer>> = {}): Promise<FileServer> => {
  const served = new Map<string, string | Buffer>(Object.entries(files));
  const cutOnce = new Set<string>();
  const lastModified = new Map<string, string>();
  let taken = 0;
  let cut = (): void => undefined;
  const server = await loopbackServer((request, response) => {
    const path = request.url ?? '';
    const file = served.get(path);
    if (file === undefined) return void response.writeHead(404).end('not here');
    if (typeof file === 'string' && file.startsWith('redirect:')) {
      return void response.writeHead(302, { location: file.slice('redirect:'.length) }).end();
    }
    const whole = Buffer.from(file);
    const etag = `"${createHash('sha256').update(whole).digest('hex').slice(0, 16)}"`;
    if (request.headers['if-none-match'] === etag) return void response.writeHead(304, { etag }).end();
    const from = request.headers['if-range'] === etag ? Number(/\d+/.exec(request.headers.range ?? '')?.[0] ?? 0) : 0;
    const range = { 'content-range': `bytes ${from}-${whole.length - 1}/${whole.length}` };
    response.writeHead(from > 0 ? 206 : 200, {
      etag,
      ...(lastModified.has(path) ? { 'last-modified': lastModified.get(path) } : {}),
      'content-length': whole.length - from,
      ...(from > 0 ? range : {}),
    });
    if (!cutOnce.delete(path)) return void response.end(whole.subarray(from));
    response.write(whole.subarray(0, Math.floor(whole.length / 2)));
    cut = () => response.destroy();
  });
  return Object.assign(server, {
    files: served,
    cutOnce,
    lastModified,
    cut: () => cut(),
    takePaths: () => {
      const paths = server.requests.slice(taken).map((each) => each.path);
      taken = server.requests.length;
      return paths;
    },
  });
};

/** Risk: a cut-off or changed download ends up under the file's name, or half a gigabyte is fetched twice. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loopbackServer, type LoopbackServer } from '../../test/support/loopback.ts';
import { turning } from '../../test/support/turning.ts';
import { ManualClock, silentLog } from '../kernel/index.ts';
import { createOutbound, type DownloadOptions, type DownloadOutcome, type Outbound } from './index.ts';

const clock = new ManualClock();
let folder: string;
let outbound: Outbound;
let server: LoopbackServer;
/** Cuts the answer that is under way; the test does so once the client has written what it got. */
let cut = (): void => undefined;
beforeEach(() => {
  cut = () => undefined;
  folder = mkdtempSync(join(tmpdir(), 'vulngate-download-'));
  outbound = createOutbound({ config: { allow: ['127.0.0.1/32'] }, log: silentLog, clock });
});
afterEach(async () => {
  await outbound.close();
  await server.close();
  rmSync(folder, { recursive: true });
});

const content = Buffer.from(Array.from({ length: 300_000 }, (_, index) => index % 251));
const target = (): string => join(folder, 'feed.bin');
const get = async (options: Partial<DownloadOptions> = {}): Promise<DownloadOutcome> => {
  const onProgress = (done: number): void => void (done % 100_000 === 0 && cut());
  // No deadline unless a test sets one: a busy machine must not look like a stalled server on the manual clock.
  const patient = { maxBytes: 1_000_000, stallMs: 1e12, timeoutMs: 1e12, onProgress };
  return turning(clock, outbound.download(`${server.url}/feed`, target(), { ...patient, ...options }));
};

/** A server of `content` that honours Range with If-Range, and breaks the answers whose numbers are given. */
const serve = async (
  settings: { etag?: () => string | null; breakAt?: ReadonlySet<number>; ignoreRange?: boolean } = {},
): Promise<void> => {
  let answers = 0;
  server = await loopbackServer((request: IncomingMessage, response: ServerResponse) => {
    const etag = settings.etag === undefined ? '"v1"' : settings.etag();
    const tag = etag === null ? {} : { etag };
    const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0);
    const isRange = from > 0 && request.headers['if-range'] === etag && settings.ignoreRange !== true;
    const body = isRange ? content.subarray(from) : content;
    const range = { 'content-range': `bytes ${from}-${content.length - 1}/${content.length}` };
    response.writeHead(isRange ? 206 : 200, { ...tag, 'content-length': body.length, ...(isRange ? range : {}) });
    answers += 1;
    cut = () => undefined;
    if (settings.breakAt?.has(answers) !== true) return void response.end(body);
    cut = () => response.destroy();
    response.write(body.subarray(0, 100_000));
  });
};

describe('download', () => {
  it('puts the file in place with its validators, and leaves nothing else', async () => {
    await serve();
    expect(await get()).toMatchObject({ kind: 'downloaded', bytes: content.length, etag: '"v1"' });
    expect(readFileSync(target()).equals(content)).toBe(true);
    expect(readdirSync(folder)).toEqual(['feed.bin']);
  });

  it('asks with the validators that it is given, and says when nothing changed', async () => {
    server = await loopbackServer((_, response) => response.writeHead(304).end());
    expect(await get({ etag: '"v1"', lastModified: 'Mon, 01 Jan 2024 00:00:00 GMT' })).toEqual({ kind: 'unchanged' });
    expect(server.requests[0]?.headers).toMatchObject({
      'if-none-match': '"v1"',
      'if-modified-since': 'Mon, 01 Jan 2024 00:00:00 GMT',
    });
  });

  it('goes on after a break within the same call', async () => {
    await serve({ breakAt: new Set([1, 2]) });
    expect(await get()).toMatchObject({ kind: 'downloaded', bytes: content.length });
    expect(server.requests.map((each) => each.headers.range)).toEqual([undefined, 'bytes=100000-', 'bytes=200000-']);
    expect(readFileSync(target()).equals(content)).toBe(true);
  });

  it('goes on in a later call where an earlier one had to stop', async () => {
    await serve({ breakAt: new Set([1]) });
    await expect(get({ attemptsMax: 1 })).rejects.toMatchObject({ code: 'outbound.failed' });
    expect(readdirSync(folder).toSorted()).toEqual(['feed.bin.part', 'feed.bin.part.json']);
    expect(await get()).toMatchObject({ kind: 'downloaded' });
    expect(server.requests[1]?.headers).toMatchObject({ range: 'bytes=100000-', 'if-range': '"v1"' });
    expect(readFileSync(target()).equals(content)).toBe(true);
  });

  it('starts again when the file changed in between, when ranges are ignored, and when there is no validator', async () => {
    let version = 0;
    for (const settings of [
      { etag: () => `"v${(version += 1)}"` },
      { ignoreRange: true },
      { etag: () => null },
      { etag: () => 'W/"weak"' },
    ]) {
      await serve({ ...settings, breakAt: new Set([1]) });
      expect(await get()).toMatchObject({ kind: 'downloaded', bytes: content.length });
      expect(readFileSync(target()).equals(content)).toBe(true);
      rmSync(target());
      await server.close();
    }
    await serve();
  });

  it('starts again when the part that it has is longer than the file', async () => {
    writeFileSync(`${target()}.part`, Buffer.alloc(400_000));
    server = await loopbackServer((request, response) =>
      request.headers.range === undefined
        ? response.writeHead(200, { etag: '"v1"' }).end(content)
        : response.writeHead(416).end(),
    );
    writeFileSync(
      `${target()}.part.json`,
      JSON.stringify({ url: `${server.url}/feed`, etag: '"v1"', lastModified: null }),
    );
    expect(await get()).toMatchObject({ kind: 'downloaded', bytes: content.length });
  });

  it('keeps the old file when the new one is too large, cut off or not there', async () => {
    writeFileSync(target(), 'old');
    await serve();
    await expect(get({ maxBytes: 1000 })).rejects.toThrow(/more than the 1000 bytes/);
    await server.close();
    server = await loopbackServer((_, response) => {
      response.writeHead(200);
      response.write('x'.repeat(2000));
    });
    await expect(get({ maxBytes: 1000 })).rejects.toThrow(/more than the 1000 bytes/);
    await expect(get({ attemptsMax: 1, stallMs: 3000 })).rejects.toThrow(/nothing arrived for 3 s/);
    await server.close();
    server = await loopbackServer((_, response) => response.writeHead(404).end('no'));
    await expect(get()).rejects.toMatchObject({ code: 'outbound.failed', detail: { status: 404 } });
    expect(readFileSync(target(), 'utf8')).toBe('old');
  });

  it('reports progress and stops when the caller does', async () => {
    await serve();
    const stop = new AbortController();
    const onProgress = (done: number, total: number | null): void => {
      expect(total).toBe(content.length);
      if (done > 100_000) stop.abort();
    };
    await expect(get({ signal: stop.signal, onProgress })).rejects.toThrow(/stopped/);
    expect(await get()).toMatchObject({ kind: 'downloaded', bytes: content.length });
  });
});

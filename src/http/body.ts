import { IncomingMessage } from 'node:http';
import { fail } from '../kernel/index.ts';
import type { Incoming } from './surface.ts';

/** hasBody says whether the request announces a body. */
export const hasBody = (request: Incoming): boolean => {
  const length = request.headers['content-length'];
  return (length !== undefined && length !== '0') || request.headers['transfer-encoding'] !== undefined;
};

/** isJson says whether the request declares an uncompressed JSON body in UTF-8. */
export const isJson = (request: Incoming): boolean => {
  const [type = '', ...parameters] = (request.headers['content-type'] ?? '').toLowerCase().split(';');
  const charset = parameters.map((part) => part.trim()).find((part) => part.startsWith('charset='));
  const encoding = request.headers['content-encoding'] ?? 'identity';
  const isUtf8 = charset === undefined || /^charset="?utf-?8"?$/.test(charset);
  return type.trim() === 'application/json' && isUtf8 && encoding === 'identity';
};

/**
 * readBody reads at most `maximumBytes` of text. Fails with `request.too_large` as soon as more is announced or arrives, and
 * with `request.malformed` for text that is not UTF-8 or that ends early. Slow bodies end by the server's request timeout.
 */
export const readBody = async (request: Incoming, maximumBytes: number): Promise<string> => {
  const tooLarge = () =>
    fail('request.too_large', {
      message: `Request body exceeds ${maximumBytes} bytes`,
      detail: { limit_bytes: maximumBytes },
    });
  if (Number(request.headers['content-length'] ?? 0) > maximumBytes) throw tooLarge();
  // Only what node:http parsed can have one.
  if (!(request instanceof IncomingMessage)) return '';
  const chunks: Buffer[] = [];
  let bytes = 0;
  await new Promise<void>((resolve, reject) => {
    request.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > maximumBytes) {
        request.removeAllListeners('data');
        request.pause();
        reject(tooLarge());
      } else chunks.push(chunk);
    });
    request.once('end', resolve);
    request.once('error', (error) =>
      reject(fail('request.malformed', { message: 'Request body ended early', cause: error })),
    );
    request.once('close', () => reject(fail('request.malformed', { message: 'Request body ended early' })));
  });
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(chunks));
  } catch (error) {
    throw fail('request.malformed', { message: 'Request body is not valid UTF-8', cause: error });
  }
};

/** Risk: the lane takes a request that is more than a plain read. */
import { describe, expect, it } from 'vitest';
import { readPlain } from './plain-request.ts';

const read = (text: string) => readPlain(Buffer.from(text, 'latin1'), null);
const withHeaders = (...lines: readonly string[]) => ['GET /a HTTP/1.1', 'Host: x', ...lines, '', ''].join('\r\n');

describe('readPlain', () => {
  it.each([
    ['the least there is', withHeaders()],
    ['what a program sends', withHeaders('User-Agent: curl/8.0', 'Accept: */*', 'X-API-Key: a-b')],
    ['a connection that is to stay, in any case', withHeaders('connection: Keep-Alive')],
    ['a connection that is to end', withHeaders('Connection: close')],
    ['an empty value', withHeaders('Accept:')],
    ['space around a value', withHeaders('Accept: \t a b\t ')],
  ])('takes %s', (_what, text) => {
    expect(read(text)).not.toBeNull();
  });

  it.each([
    ['nothing', ''],
    ['a part of a head', withHeaders().slice(0, -1)],
    ['the end of a head alone', '\r\n\r\n'],
    ['a second request behind it', withHeaders() + withHeaders()],
    ['a byte behind it', `${withHeaders()}x`],
    ['a line end before it', `\r\n${withHeaders()}`],
    ['another method', withHeaders().replace('GET', 'HEAD')],
    ['an old version', withHeaders().replace('1.1', '1.0')],
    ['an address instead of a path', withHeaders().replace('/a', 'http://x/a')],
    ['a space in the path', withHeaders().replace('/a', '/a b')],
    ['a control character in the path', withHeaders().replace('/a', '/a\0')],
    ['a letter beyond ASCII in the path', withHeaders().replace('/a', '/ä')],
    ['no headers', 'GET /a HTTP/1.1\r\n\r\n'],
    ['no host', withHeaders().replace('Host', 'Hose')],
    ['two hosts', withHeaders('host: y')],
    ['a header twice', withHeaders('X-API-Key: a', 'x-api-key: b')],
    ['a length, even of nothing', withHeaders('Content-Length: 0')],
    ['a body in pieces', withHeaders('Transfer-Encoding: chunked')],
    ['an expectation', withHeaders('Expect: 100-continue')],
    ['another protocol', withHeaders('Connection: upgrade', 'Upgrade: h2c')],
    ['several words about the connection', withHeaders('Connection: keep-alive, x-api-key')],
    ['words of an old proxy', withHeaders('Proxy-Connection: close')],
    ['a folded line', withHeaders('Accept: a', ' b')],
    ['a space before the colon', withHeaders('Accept : a')],
    ['a line without a colon', withHeaders('Accept')],
    ['a name with more than letters, digits and hyphens', withHeaders('__proto__: a')],
    ['a control character in a value', withHeaders('Accept: a\0b')],
    ['a bare line feed', withHeaders('Accept: a\nX-API-Key: b')],
    ['a bare carriage return', withHeaders('Accept: a\rb')],
    ['a letter beyond ASCII in a value', withHeaders('Accept: ä')],
    ['more than 8 KiB', withHeaders(`Accept: ${'a'.repeat(8192)}`)],
  ])('leaves %s to the parser of HTTP', (_what, text) => {
    expect(read(text)).toBeNull();
  });
});

/** Risk: a credential taken for none, none for one, or a password cut at the wrong colon. */
import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { presentCaller } from './presentation.ts';

const socket = new Socket();

const present = (authorization?: string) => {
  const request = new IncomingMessage(socket);
  const headers = authorization === undefined ? {} : { authorization };
  request.rawHeaders = Object.entries(headers).flat();
  return presentCaller(headers, request);
};
const basic = (bytes: Buffer) => present(`Basic ${bytes.toString('base64')}`);

describe('a caller', () => {
  it('shows an address and a password with everything behind the first colon', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'grapheme' }), (before, password) => {
        const email = before.replaceAll(':', '');
        expect(basic(Buffer.from(`${email}:${password}`))).toEqual({ kind: 'basic', email, password });
      }),
    );
  });

  it('may write in Latin-1, and Basic in any letter case', () => {
    expect(basic(Buffer.from('a@b:gr\u00fc\u00df', 'latin1'))).toEqual({
      kind: 'basic',
      email: 'a@b',
      password: 'gr\u00fc\u00df',
    });
    expect(present(`bASIC   ${Buffer.from('a:b').toString('base64')}`).kind).toBe('basic');
  });

  it.each([undefined, '', 'Basicx', 'Bearer', 'Bearer x', 'Bearer opc_org.a', 'Bearer cvf_x.y.z', 'Digest a'])(
    '%j shows nothing',
    (authorization) => {
      expect(present(authorization)).toEqual({ kind: 'none' });
    },
  );

  it('shows a token of three parts, right or wrong', () => {
    expect(present('Bearer opc_org.a.b')).toEqual({ kind: 'one', family: 'organization-token', text: 'opc_org.a.b' });
    expect(present('Bearer opc_org..').kind).toBe('one');
  });

  it('is told what is wrong with Basic, whatever is sent', () => {
    for (const text of ['Basic', 'Basic a b', 'Basic =', 'Basic YQ', 'Basic YWJj', 'Basic Y:Q='])
      expect(present(text)).toMatchObject({ kind: 'refused', failure: { code: 'credential.basic_malformed' } });
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) =>
        ['basic', 'refused'].includes(present(`Basic ${text}`).kind),
      ),
    );
  });
});

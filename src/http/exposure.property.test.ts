/** Risk: a credential that stands somewhere in a URL or a body and gets into a log. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { exposedInBody, exposedInPath, exposedInQuery, findCredential, redact } from './exposure.ts';

const hex = (length: number) =>
  fc.string({ unit: fc.constantFrom(...'0123456789abcdef'), minLength: length, maxLength: length });
const alphanumeric = (length: number) =>
  fc.string({ unit: fc.constantFrom(...'ABCXYZabcxyz0189'), minLength: length, maxLength: length });
const uuid = fc.tuple(hex(8), hex(4), hex(4), hex(4), hex(12)).map((parts) => parts.join('-'));
const credential = fc.oneof(
  fc.tuple(uuid, uuid).map((parts) => parts.join('-')),
  fc.tuple(alphanumeric(8), hex(64)).map(([id, secret]) => `cvefeed_${id}_${secret}`),
  hex(48).map((secret) => `cvf_${secret}`),
  fc.tuple(alphanumeric(12), alphanumeric(32)).map(([id, secret]) => `opc_org.${id}.${secret}`),
);
const around = fc.string({ unit: fc.constantFrom(' ', '/', '?', '&', '=', '"', '\n', '|'), maxLength: 5 });

describe('a credential', () => {
  it('is found and taken out wherever it stands', () => {
    fc.assert(
      fc.property(credential, around, around, (text, before, after) => {
        expect(findCredential(before + text + after)).toBe(text);
        expect(redact(before + text + after)).toBe(`${before}***${after}`);
        expect(exposedInBody(`{"a":["${text}"]}`)).toBe(text);
        expect(exposedInPath(`/api/v1/cve/${text}`)).toBe(text);
        expect(exposedInQuery(`q=${encodeURIComponent(text)}`)).toBe(text);
      }),
    );
  });

  it('is found when every character of it is encoded', () => {
    fc.assert(
      fc.property(credential, (text) => {
        const encoded = [...text].map((character) => `%${character.charCodeAt(0).toString(16)}`).join('');
        expect(exposedInQuery(`q=${encoded}`)).toBe(text);
        expect(exposedInPath(`/x/${encoded}`)).toBe(text);
      }),
    );
  });

  it('is found beside escapes that are broken, and behind escapes of JSON', () => {
    fc.assert(
      fc.property(credential, (text) => {
        const percents = text.replaceAll('-', '%2D').replaceAll('_', '%5f');
        expect(exposedInQuery(`y=%zz&q=${percents}`)).toBe(text);
        expect(exposedInPath(`/%/${percents}/%ff`)).toBe(text);
        const escaped = [...text].map((character) => `\\u00${character.charCodeAt(0).toString(16)}`).join('');
        expect(exposedInBody(`{"a":"${escaped}"`)).toBe(text);
        expect(exposedInBody(`{"api_\\u006bey":"abc"}`)).toBe('abc');
      }),
    );
  });

  it('is also what a parameter or member is called after', () => {
    for (const name of ['api_key', 'apikey', 'api-key', 'X-API-Key', 'access_token', 'token', 'key']) {
      expect(exposedInQuery(`limit=1&${name}=abc`)).toBe('abc');
      expect(exposedInBody(`{"${name}" : "abc"}`)).toBe('abc');
    }
    for (const query of ['', 'q=token', 'monkey=1', 'keys=1', 'q=api_key']) expect(exposedInQuery(query)).toBeNull();
  });

  it('is not seen in ordinary text', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 300 }), (text) => {
        expect(findCredential(text)).toBeNull();
      }),
    );
  });
});

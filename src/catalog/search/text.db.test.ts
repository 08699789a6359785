import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createIndexStore } from '../store/read-index-store.ts';
import { sampleWriter } from '../store/read-samples.suite.ts';
import { matchExpression, parseText } from './text.ts';

const wordsOf = (text: string) => parseText(text).words.map(({ word, prefix }) => (prefix ? `${word}*` : word));

describe('parseText', () => {
  it('takes words apart as the index does, whatever stands between them', () => {
    expect(wordsOf('Log4j-core  "remote code" (JNDI);')).toEqual(['log4j', 'core', 'remote', 'code', 'jndi']);
    expect(wordsOf('linux_kernel\u0000netfilter')).toEqual(['linux', 'kernel', 'netfilter']);
    expect(wordsOf('Café Größe')).toEqual(['cafe', 'große']);
  });

  it('knows no operators', () => {
    expect(wordsOf('foo AND bar OR NOT baz NEAR(x y) col:z ^q {w}')).toEqual([
      'foo',
      'bar',
      'not',
      'baz',
      'near',
      'x',
      'y',
      'col',
      'z',
      'q',
      'w',
    ]);
  });

  it('reads a star at the end of a word of three letters as a beginning, elsewhere as a separator', () => {
    expect(wordsOf('overf* "buff*" ap* *tail mid*dle')).toEqual(['overf*', 'buff*', 'ap', 'tail', 'mid', 'dle']);
  });

  it('leaves frequent words out unless there is nothing else', () => {
    expect(wordsOf('in the Apache server')).toEqual(['apache', 'server']);
    expect(wordsOf('of the')).toEqual(['of', 'the']);
  });

  it('finds ids and beginnings of ids', () => {
    expect(parseText('cve-2021-44228').ids).toEqual([{ text: 'CVE-2021-44228', prefix: false }]);
    expect(parseText('(CVE-2021-44…').ids).toEqual([{ text: 'CVE-2021-44', prefix: false }]);
    expect(parseText('"CVE-2021-44*" log4j')).toEqual({
      ids: [{ text: 'CVE-2021-44', prefix: true }],
      words: [{ word: 'log4j', prefix: false }],
      empty: false,
    });
    expect(parseText('cve').ids).toEqual([]);
    expect(parseText('CVE-2021-1.2').ids).toEqual([]);
  });

  it('calls text without letters and digits empty', () => {
    for (const text of ['', '  ', '"', '***', '-- ; ( ) \u0000', '🙂']) expect(parseText(text).empty).toBe(true);
  });

  it('bounds what it looks at', () => {
    const many = Array.from({ length: 4000 }, (_, at) => `w${at}`).join(' ');
    expect(parseText(many).words).toHaveLength(32);
    expect(parseText('CVE-1 CVE-2 '.repeat(1000)).ids).toHaveLength(2);
  });

  it('never gives the index anything that it cannot read, and finds what was stored', () => {
    const { database, put } = sampleWriter();
    const { withWords } = createIndexStore(database);
    let number = 1000;
    fc.assert(
      fc.property(
        fc.oneof(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'binary-ascii', maxLength: 60 })),
        (description) => {
          const { words, ids } = parseText(description);
          if (words.length === 0 || ids.length > 0) return;
          put({ cveId: `CVE-2024-${++number}`, description });
          const found: unknown = JSON.parse(withWords(matchExpression(words)));
          // oxlint-disable-next-line no-control-regex -- the whole of ASCII is meant
          const ascii = /^[\u0001-\u007f]*$/.test(description);
          expect(found).toEqual(ascii ? expect.arrayContaining([number - 1000]) : expect.any(Array));
        },
      ),
      { numRuns: 400 },
    );
  });

  it('makes no word of the index out of letters that are newer than its tables', () => {
    const { database } = sampleWriter();
    expect(createIndexStore(database).withWords(matchExpression(parseText('ab\u{1e4d0}cd').words))).toBe('[]');
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { foldText } from '../record/index.ts';
import { sampleWriter, type SampleWriter } from '../store/read-samples.suite.ts';
import { SearchEngine } from './engine.ts';

const idOf = (number: number) => `CVE-2024-${1000 + number}`;

const found = (engine: SearchEngine, field: 'title' | 'description', text: string, match: 'contains' | 'exact') =>
  engine
    .list({ where: { kind: 'text', field, text, match }, sort: 'cve_id', descending: false, limit: 100 })
    .rows.map((row) => row[1]);

const open = (writer: SampleWriter): SearchEngine => new SearchEngine(writer.path);

/** Pieces that meet each other in odd ways: separators, folds, joins, marks, signs of query languages. */
const plainPieces = ['a', 'b', 'B', 'k', 'i', 'I', 'log4j', 'Core', '1', '2.1', 'S', 's', 'ss', 'fi'];
const separators = [' ', '  ', '-', '_', '.', '%', '*', '"', "'", '\\', '\n', '/', '(', ':', '\u0001'];
const folding = ['é', 'e\u0301', '\u0301', 'İ', 'ı', '\u212a', '\u212b', 'ß', 'ẞ', 'ſ', 'ﬁ', 'Σ', 'σ', 'ς'];
const foreign = ['😀', '漢', '字', 'ア', '–', '“', '\u00a0', '\u200b'];
const pieces = [...plainPieces, ...separators, ...folding, ...foreign];
const stored = fc.array(fc.constantFrom(...pieces), { minLength: 1, maxLength: 8 }).map((parts) => parts.join(''));

describe('looking for a piece of text', () => {
  it('finds exactly the texts that a plain scan finds', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.oneof(stored, fc.constant(null)), stored), { minLength: 1, maxLength: 12 }),
        fc.array(fc.tuple(stored, fc.nat(), fc.nat({ max: 6 })), { minLength: 1, maxLength: 12 }),
        (texts, needles) => {
          const writer = sampleWriter();
          writer.put(...texts.map(([title, description], at) => ({ cveId: idOf(at), title, description })));
          const engine = open(writer);
          const sought = needles.flatMap(([needle, from, length], at) => {
            const whole = texts[at % texts.length]?.[1] ?? '';
            const start = from % (whole.length + 1);
            return [needle, whole.slice(start, start + length), whole];
          });
          for (const needle of sought) {
            for (const [field, column] of [
              ['title', 0],
              ['description', 1],
            ] as const) {
              const plain = (holds: (text: string) => boolean) =>
                texts.flatMap((row, at) => {
                  const text = row[column];
                  return text !== null && needle.isWellFormed() && holds(foldText(text)) ? [idOf(at)] : [];
                });
              const folded = foldText(needle);
              expect(found(engine, field, needle, 'contains')).toEqual(plain((text) => text.includes(folded)));
              expect(found(engine, field, needle, 'exact')).toEqual(plain((text) => text === folded));
            }
          }
          engine.close();
          writer.database.close();
        },
      ),
      { numRuns: 150 },
    );
  });

  it('finds every letter that folds to ASCII, wherever it stands in a word', () => {
    const letters: string[] = [];
    for (let code = 0x80; code < 0x2_0000; code++) {
      const letter = String.fromCodePoint(code);
      if (letter.isWellFormed() && /[a-z0-9]/.test(foldText(letter))) letters.push(letter);
    }
    expect(letters).toContain('\u212a');
    const writer = sampleWriter();
    writer.put(...letters.map((letter, at) => ({ cveId: idOf(at), description: `x${letter}y` })));
    const engine = open(writer);
    letters.forEach((letter, at) => {
      const folded = foldText(`x${letter}y`);
      for (const needle of [folded, folded.slice(0, 2), `X${letter}`])
        expect(found(engine, 'description', needle, 'contains')).toContain(idOf(at));
    });
    engine.close();
  });

  it('knows the words that came with later commits, and forgets texts that are gone', () => {
    const writer = sampleWriter();
    writer.put({ cveId: idOf(0), description: 'The first OverFlow' });
    const engine = open(writer);
    expect(found(engine, 'description', 'verf', 'contains')).toEqual([idOf(0)]);
    writer.put({ cveId: idOf(1), title: 'Zürich', description: 'another stackoverflowed thing' });
    expect(found(engine, 'description', 'verf', 'contains')).toEqual([idOf(0), idOf(1)]);
    expect(found(engine, 'title', 'üric', 'contains')).toEqual([idOf(1)]);
    writer.put({ cveId: idOf(0), description: 'underrun' });
    expect(found(engine, 'description', 'verf', 'contains')).toEqual([idOf(1)]);
    expect(found(engine, 'description', 'derr', 'contains')).toEqual([idOf(0)]);
    engine.close();
  });

  it('finds the end of a word that is longer than any index keeps', () => {
    const writer = sampleWriter();
    writer.put(
      { cveId: idOf(0), description: `${'a'.repeat(40_000)}zebra tail` },
      { cveId: idOf(1), description: 'zebra' },
    );
    const engine = open(writer);
    expect(found(engine, 'description', 'zebra', 'contains')).toEqual([idOf(0), idOf(1)]);
    expect(found(engine, 'description', 'azebra ta', 'contains')).toEqual([idOf(0)]);
    engine.close();
  });

  it('answers hostile needles with what they are found in, which is nothing', () => {
    const writer = sampleWriter();
    writer.put({ cveId: idOf(0), title: 'x', description: '100% of "quotes" _ and \\ slashes 😀' });
    const engine = open(writer);
    for (const needle of ['\0', 'quotes\0', '\ud83d', '%of', 'q%', '_and', 'x'.repeat(10_240), '" OR "', '%%'])
      expect(found(engine, 'description', needle, 'contains')).toEqual([]);
    for (const needle of ['% of "', '_', '\\', '😀', '"QUOTES"', '']) {
      expect(found(engine, 'description', needle, 'contains')).toEqual([idOf(0)]);
    }
    engine.close();
  });
});

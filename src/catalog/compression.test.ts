import { describe, expect, it } from 'vitest';
import { compressDocument, expandDocument } from './compression.ts';

const listOf = (length: number): string =>
  JSON.stringify({ versions: Array.from({ length }, (_, index) => ({ status: 'affected', version: `5.${index}é` })) });

describe('stored documents', () => {
  it.each([
    ['a short one', listOf(3)],
    ['one near the border', listOf(600)],
    ['a long one', listOf(5_000)],
    ['an empty one', ''],
  ])('come back: %s', (_name, json) => {
    expect(expandDocument(compressDocument(json))).toBe(json);
    expect(expandDocument(compressDocument(Buffer.from(json)))).toBe(json);
  });

  it('are a fraction of what they were', () => {
    const json = listOf(100);
    expect(compressDocument(json).length).toBeLessThan(json.length / 3);
  });
});

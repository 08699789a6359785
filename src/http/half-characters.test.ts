/** Risk: a text with half a character is kept as another one than was sent, or looking for it takes the process down. */
import { describe, expect, it } from 'vitest';
import { halfCharacterAt } from './half-characters.ts';

const found = (body: string): string | null => halfCharacterAt(body, JSON.parse(body));

describe('half a character', () => {
  it.each([
    [String.raw`"\ud800"`, ''],
    [String.raw`{"name":"\ud800q"}`, 'name'],
    [String.raw`{"name":"q\uDFFF"}`, 'name'],
    [String.raw`{"name":"\udc00\ud800"}`, 'name'],
    [String.raw`{"a":{"b":[1,null,"\ud83d"]}}`, 'a.b.2'],
    [String.raw`{"a":{"\ud83d":1}}`, 'a'],
    [String.raw`{"\ud83d":1}`, ''],
  ])('is found in %s', (body, path) => {
    expect(found(body)).toBe(path);
  });

  it.each([
    String.raw`{"name":"\ud83d\ude42 \u0000 \ufffd"}`,
    String.raw`{"name":"\\ud800"}`,
    '{"name":"🙂"}',
    String.raw`{"\ud83d\ude42":["\ud83d\ude42",1,true,null,{}]}`,
  ])('is not in %s', (body) => {
    expect(found(body)).toBeNull();
  });

  it('is found however deep it lies', () => {
    const depth = 30_000;
    const body = `${'{"a":'.repeat(depth)}"\\ud800"${'}'.repeat(depth)}`;
    expect(found(body)?.length).toBe(100);
  });
});

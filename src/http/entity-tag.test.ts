/** Risk: an answer that is taken for unchanged when it is not, or sent again when it is. */
import { describe, expect, it } from 'vitest';
import { tagMatches, textTag } from './entity-tag.ts';

describe('tagMatches', () => {
  it.each([
    ['W/"a"', true],
    ['"a"', true],
    ['*', true],
    [' * ', true],
    ['"b", W/"a"', true],
    ['"b","a"', true],
    ['W/"x,y", "a"', true],
    ['"b"', false],
    ['a', false],
    ['"a', false],
    ['W/"A"', false],
    ['', false],
    ['"*"', false],
    ['"b" a', false],
    [undefined, false],
  ])('reads %j as %j', (header, expected) => {
    expect(tagMatches(header, 'W/"a"')).toBe(expected);
  });

  it('tells texts apart', () => {
    expect(textTag('a')).toMatch(/^W\/"[\w-]{22}"$/);
    expect(textTag('a')).not.toBe(textTag('b'));
  });
});

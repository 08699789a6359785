/** Risk: an answer that is not true any more, or a memory that grows without end. */
import { describe, expect, it } from 'vitest';
import { createRemembered } from './remembered.ts';

const written = (stamp: number, text: string) => ({ stamp, wire: text, tag: 'W/"x"' });

describe('remembered answers', () => {
  it('are given under their own stamp only', () => {
    const remembered = createRemembered();
    remembered.keep('a', written(1, 'one'));
    expect(remembered.find('a', 1)?.wire).toBe('one');
    expect(remembered.find('a', 2)).toBeNull();
    remembered.keep('a', written(2, 'two'));
    expect(remembered.find('a', 1)).toBeNull();
    expect(remembered.find('a', 2)?.wire).toBe('two');
    expect(remembered.find('b', 2)).toBeNull();
    expect([remembered.last('a')?.stamp, remembered.last('b')]).toEqual([2, null]);
  });

  it('are at most 4,096, the newest of them', () => {
    const remembered = createRemembered();
    for (let index = 0; index < 5000; index += 1) remembered.keep(`key-${index}`, written(1, 'text'));
    const kept = Array.from({ length: 5000 }, (_, index) => remembered.find(`key-${index}`, 1) !== null);
    expect(kept.filter(Boolean)).toHaveLength(4096);
    expect(kept.lastIndexOf(false)).toBe(5000 - 4096 - 1);
  });

  it('take no more room than they may, keys counted', () => {
    const remembered = createRemembered();
    const text = 'x'.repeat(100_000);
    for (let index = 0; index < 500; index += 1) remembered.keep(`key-${index}`, written(1, text));
    const kept = Array.from({ length: 500 }, (_, index) => remembered.find(`key-${index}`, 1) !== null);
    expect(kept.filter(Boolean)).toHaveLength(Math.floor((32 * 1024 * 1024) / (text.length + 'key-499'.length)));
    remembered.keep('k'.repeat(200_000), written(1, ''));
    expect(remembered.find('k'.repeat(200_000), 1)).toBeNull();
    remembered.keep('key-499', written(2, 'x'.repeat(200_000)));
    expect([remembered.find('key-499', 1), remembered.find('key-499', 2)]).toEqual([null, null]);
  });
});

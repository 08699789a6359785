/** Risk: a progress bar that floods a log file, or hides how far a long import is. */
import { describe, expect, it } from 'vitest';
import { ManualClock } from '../kernel/index.ts';
import { createProgress, type ProgressState } from './progress.ts';
import { byteFigure, formatTable } from './table.ts';

const state = (done: number, items: number): ProgressState => ({
  label: 'feed.zip',
  done,
  total: 200,
  items,
  note: 'new 1',
});

const recorded = (
  isTty: boolean,
): { written: string[]; clock: ManualClock; progress: ReturnType<typeof createProgress> } => {
  const written: string[] = [];
  const clock = new ManualClock();
  return { written, clock, progress: createProgress({ write: (text) => void written.push(text) }, isTty, clock) };
};

describe('createProgress', () => {
  it('draws a bar in place with percentage, count and rate, at most ten times a second', () => {
    const { written, clock, progress } = recorded(true);
    progress.show(state(0, 0));
    progress.show(state(1, 1));
    clock.advance(2000);
    progress.show(state(100, 5000));
    progress.clear();
    expect(written).toHaveLength(3);
    expect(written[1]).toBe('\r\u001b[Kfeed.zip  [##########..........]  50%  5,000  2,500/s  new 1');
    expect(written[2]).toBe('\r\u001b[K');
  });

  it('never draws a line that would wrap', () => {
    const written: string[] = [];
    const output = { write: (text: string) => void written.push(text), columns: () => 20 };
    createProgress(output, true, new ManualClock()).show(state(100, 5000));
    expect(written).toEqual(['\r\u001b[Kfeed.zip  [########']);
  });

  it('writes plain lines now and then where there is no terminal, and none for a short run', () => {
    const { written, clock, progress } = recorded(false);
    for (let second = 0; second < 25; second += 1) {
      progress.show(state(second, second * 10));
      clock.advance(1000);
    }
    progress.clear();
    expect(written).toEqual(['feed.zip  5%  100  10/s  new 1\n', 'feed.zip  10%  200  10/s  new 1\n']);
  });

  it('shows nothing when it has no output, and no percentage when the total is unknown', () => {
    createProgress(null, true, new ManualClock()).show(state(1, 1));
    const { written, progress } = recorded(true);
    progress.show({ label: 'a', done: 5, total: null, items: null, note: '' });
    expect(written).toEqual(['\r\u001b[Ka']);
  });
});

describe('formatTable', () => {
  it('aligns figures to the right and texts to the left', () => {
    expect(
      formatTable(
        ['name', 'count'],
        [
          ['a', 1],
          ['bcdef', 12_345],
        ],
      ),
    ).toBe('name    count\na           1\nbcdef  12,345\n');
  });

  it('keeps its headings when there is no row', () => {
    expect(formatTable(['a', 'b'], [])).toBe('a  b\n');
  });
});

describe('byteFigure', () => {
  it('chooses the unit by size', () => {
    expect([0, 999, 1000, 619_121_588].map(byteFigure)).toEqual(['0 B', '999 B', '1.0 kB', '619.1 MB']);
  });
});

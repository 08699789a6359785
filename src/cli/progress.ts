import type { Clock } from '../kernel/index.ts';
import type { Output } from './command.ts';
import { figure } from './table.ts';

/** What is under way: `done` of `total` of some measure (bytes, records), for the percentage. */
export interface ProgressState {
  readonly label: string;
  readonly done: number;
  /** null when it is not known how much there is. */
  readonly total: number | null;
  /** Items so far, for the rate; null when nothing is counted. */
  readonly items: number | null;
  /** More for the end of the line. */
  readonly note: string;
}

/** Progress shows how far a long command is: a bar drawn in place on a terminal, else a plain line now and then. */
export interface Progress {
  show(state: ProgressState): void;
  /** clear takes the bar away, so that other text can follow. */
  clear(): void;
}

const terminalEveryMs = 100;
const plainEveryMs = 10_000;
const barWidth = 20;

/** createProgress writes to `output`; with a null output it shows nothing. */
export const createProgress = (output: Output | null, isTty: boolean, clock: Clock): Progress => {
  if (output === null) return { show: () => undefined, clear: () => undefined };
  let label = '';
  let startedMs = 0;
  let itemsBefore = 0;
  let shownMs = Number.NEGATIVE_INFINITY;
  let isDrawn = false;
  return {
    show: (state) => {
      const nowMs = clock.monotonicMs();
      if (state.label !== label) {
        label = state.label;
        startedMs = nowMs;
        itemsBefore = state.items ?? 0;
        shownMs = isTty ? Number.NEGATIVE_INFINITY : nowMs;
      }
      if (nowMs - shownMs < (isTty ? terminalEveryMs : plainEveryMs)) return;
      shownMs = nowMs;
      const seconds = Math.max(0.001, (nowMs - startedMs) / 1000);
      const rate = state.items === null ? null : Math.round((state.items - itemsBefore) / seconds);
      const text = progressText(state, rate, isTty);
      // A line that wraps could not be drawn over.
      const fitting = text.slice(0, (output.columns?.() ?? 80) - 1);
      output.write(isTty ? `\r\u001b[K${fitting}` : `${text}\n`);
      isDrawn = isTty;
    },
    clear: () => {
      if (isDrawn) output.write('\r\u001b[K');
      isDrawn = false;
      label = '';
    },
  };
};

/** progressText is one line: label, bar (on terminals), percentage, items, rate, note. */
export const progressText = (state: ProgressState, rate: number | null, withBar: boolean): string => {
  const share = state.total === null || state.total <= 0 ? null : Math.min(1, state.done / state.total);
  const filled = Math.floor((share ?? 0) * barWidth);
  const bar = withBar && share !== null ? `[${'#'.repeat(filled)}${'.'.repeat(barWidth - filled)}]` : '';
  const parts = [
    state.label,
    bar,
    share === null ? '' : `${Math.floor(share * 100)}%`,
    state.items === null ? '' : figure(state.items),
    rate === null ? '' : `${figure(rate)}/s`,
    state.note,
  ];
  return parts.filter((part) => part !== '').join('  ');
};

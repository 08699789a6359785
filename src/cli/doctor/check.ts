import type { Config } from '../../config/index.ts';
import type { CommandContext } from '../command.ts';

/** Finding is what a check came to. `warning` needs attention some day; `failed` makes doctor's exit code 1. */
export interface Finding {
  readonly status: 'ok' | 'warning' | 'failed';
  readonly message: string;
  /** What to do about it. */
  readonly help?: string;
  /** Figures for `--json`; times are epoch milliseconds, sizes bytes. */
  readonly facts?: Readonly<Record<string, string | number | boolean | null>>;
}

/** Check is one named question about an installation. It changes nothing, and throws only what is itself a finding. */
export interface Check {
  readonly name: string;
  /** Whether what it looks at lies in the data folder. */
  isInFolder?(config: Config): boolean;
  run(context: CommandContext): Promise<Finding>;
}

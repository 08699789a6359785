import type { Config, OptionKey } from '../config/index.ts';
import type { Clock, Log, Random } from '../kernel/index.ts';

/** Output takes text that is ready to be shown. */
export interface Output {
  write(text: string): void;
  /** Width of the terminal, when it is one. */
  columns?(): number;
}

/** CommandContext is what every command is given. Nothing in it is opened or created yet. */
export interface CommandContext {
  readonly config: Config;
  readonly clock: Clock;
  readonly random: Random;
  /** Writes to standard error. */
  readonly log: Log;
  readonly stdout: Output;
  readonly stderr: Output;
  /** Whether standard error is a terminal: progress may be drawn in place. */
  readonly isTty: boolean;
  /** Whether standard output must be exactly one JSON object (for `serve`: JSON lines). */
  readonly json: boolean;
  /** Aborted by the first SIGINT or SIGTERM; a second one ends the process at once. */
  readonly signal: AbortSignal;
}

/**
 * Command is one command of the program. `run` gets what follows the command's name, without the global options, and
 * returns the exit code. It throws `cli.usage` for bad usage (exit 2) and any other `AppError` for a failure (exit 1).
 */
export interface Command {
  readonly name: string;
  /** One line for the list of commands. */
  readonly summary: string;
  /** The lines that `--help` and bad usage show, without the program's name: `import <file|folder>…`. */
  readonly usage: string;
  run(context: CommandContext, args: readonly string[]): Promise<number>;
}

/** CommandEntry names a command without loading it, so that the others cost nothing at start. */
export interface CommandEntry {
  readonly name: string;
  readonly summary: string;
  /** What is logged to standard error: everything the configuration asks for, or only warnings and errors. */
  readonly logs: 'all' | 'problems';
  /** Options of the configuration that the command takes as its own: `port` for `serve --port 8080`. */
  readonly settings?: readonly OptionKey[];
  load(): Promise<Command>;
}

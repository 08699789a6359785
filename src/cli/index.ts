/**
 * The command line: the frame that every command runs in, and the list of commands.
 *
 * It owns argument parsing, help, exit codes, the lines that report a failure, tables and progress. It does not own what
 * a command does: a command calls verbs of the modules below and shows their outcome.
 *
 * Invariants: with `--json` standard output is exactly what the command's contract says and nothing else; everything
 * else goes to standard error; a command's module is loaded only when it runs; a command opens what it needs and closes
 * it again.
 *
 * Exit codes: 0 done, 1 failure, 2 bad usage, 78 bad configuration, 130 and 143 stopped by SIGINT and SIGTERM.
 */
export type { Command, CommandContext, CommandEntry, Output } from './command.ts';
export { commands } from './registry.ts';
export { runProgram, type Host } from './run.ts';

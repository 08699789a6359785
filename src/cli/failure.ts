import { AppError } from '../kernel/index.ts';

const systemHelp: Readonly<Record<string, string>> = {
  EACCES: 'Give this user the right to that path, or choose another folder with --data.',
  EPERM: 'Give this user the right to that path, or choose another folder with --data.',
  EROFS: 'The file system is read-only: choose another folder with --data.',
  ENOSPC: 'The disk is full: free some space and run the command again; what was complete is kept.',
  EDQUOT: 'The disk quota is used up: free some space and run the command again.',
  ENOENT: 'Check the path.',
  ENOTDIR: 'A part of the path is a file: check the path.',
  EISDIR: 'The path is a folder: check the path.',
  EMFILE: 'Raise the limit of open files (ulimit -n).',
};

/** errorLines are the lines that tell a person of a failure: `error: …`, and `help: …` where there is something to do. */
export const errorLines = (error: unknown): string => {
  if (error instanceof AppError) return lines(error.message, error.code === 'cli.usage' ? null : error.entry.help);
  const system = systemCode(error);
  if (error instanceof Error && system !== null) return lines(error.message, systemHelp[system] ?? null);
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return lines(`unexpected: ${text}`, 'This is a defect of the program; please report it with the lines above.');
};

const lines = (message: string, help: string | null): string =>
  `error: ${message}\n${help === null ? '' : `help: ${help}\n`}`;

const systemCode = (error: unknown): string | null =>
  error instanceof Error && 'code' in error && 'syscall' in error && typeof error.code === 'string' ? error.code : null;

import { openParts, type Parts } from '../parts.ts';
import type { CommandContext } from './command.ts';

/** withParts opens the control plane for one task, closes it whatever happens, and returns the exit code 0. */
export const withParts = async (context: CommandContext, task: (parts: Parts) => Promise<void>): Promise<number> => {
  const parts = await openParts(context);
  try {
    await task(parts);
    return 0;
  } finally {
    await parts.close();
  }
};

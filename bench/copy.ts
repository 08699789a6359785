import { closeSync, constants, copyFileSync, fsyncSync, openSync } from 'node:fs';

/**
 * copyToDisk copies a file and waits until it has reached the disk: otherwise the system writes it out while the first
 * rounds are measured, and every flush of theirs waits behind it.
 */
export const copyToDisk = (from: string, to: string): void => {
  copyFileSync(from, to, constants.COPYFILE_FICLONE);
  const file = openSync(to, 'r+');
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
};

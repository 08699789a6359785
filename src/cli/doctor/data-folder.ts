import { accessSync, constants, existsSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Finding } from './check.ts';

/** FolderState: `writable` too when the folder is not there and can be made. */
export type FolderState = 'writable' | 'refused' | 'read-only file system';

/** folderState tells whether a data folder can be written. */
export const folderState = (folder: string): FolderState => {
  const nearest = nearestFolder(folder);
  if (!statSync(nearest).isDirectory()) return 'refused';
  try {
    accessSync(nearest, constants.W_OK | constants.X_OK);
    return 'writable';
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EROFS' ? 'read-only file system' : 'refused';
  }
};

const nearestFolder = (path: string): string => (existsSync(path) ? path : nearestFolder(dirname(path)));

/**
 * behindFolder is a finding about what lies in a data folder that cannot be written. It may come from that alone, and
 * whatever else there is to do needs writing, so only the folder is advised.
 */
export const behindFolder = (finding: Finding): Finding =>
  finding.status === 'ok'
    ? finding
    : {
        ...finding,
        message: `the data folder cannot be written; ${finding.message}`,
        help: 'See to the data folder first, then run doctor again.',
      };

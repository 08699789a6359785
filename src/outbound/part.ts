import { readFile, rm, stat, writeFile } from 'node:fs/promises';
import { z } from 'zod';

/** Part is a download that was cut off and can be gone on with. */
export interface Part {
  readonly size: number;
  /** What proves to the other side that the rest belongs to the same file: a strong entity tag, or its date. */
  readonly validator: string;
}

const Description = z.object({ url: z.string(), etag: z.string().nullable(), lastModified: z.string().nullable() });

export const partPath = (toFile: string): string => `${toFile}.part`;

/** readPart returns the part of `url` that lies beside `toFile`; null when there is none that can be gone on with. */
export const readPart = async (toFile: string, url: string): Promise<Part | null> => {
  try {
    const description = Description.parse(JSON.parse(await readFile(`${partPath(toFile)}.json`, 'utf8')));
    const { size } = await stat(partPath(toFile));
    const validator = strong(description.etag) ?? description.lastModified;
    return description.url === url && size > 0 && validator !== null ? { size, validator } : null;
  } catch {
    // Absent or damaged: the download starts again, which is always right.
    return null;
  }
};

/** describePart writes down whose part is about to be written. */
export const describePart = async (toFile: string, description: z.infer<typeof Description>): Promise<void> =>
  writeFile(`${partPath(toFile)}.json`, JSON.stringify(description));

/** clearPart removes the part and its description. */
export const clearPart = async (toFile: string): Promise<void> => {
  await rm(partPath(toFile), { force: true });
  await rm(`${partPath(toFile)}.json`, { force: true });
};

const strong = (etag: string | null): string | null => (etag === null || etag.startsWith('W/') ? null : etag);

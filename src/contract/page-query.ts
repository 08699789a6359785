import { z } from 'zod';
import { whole } from './parameter.ts';

export const PageQuery = z.object({
  page: whole(1, 1_000_000, { description: 'Page, from 1.' }, 1),
  page_size: whole(1, 100, { description: 'Rows of a page.' }, 25),
});

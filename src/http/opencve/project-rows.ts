import type { ProjectSubscriptions } from '../../watch/index.ts';
import { microsDate } from './dates.ts';
import { wireName } from './names.ts';
import { stableUuid } from './uuids.ts';

/** What a project is shown from. */
export interface ProjectFacts {
  readonly id: number;
  readonly name: string;
  readonly description: string;
  readonly createdAtMs: number;
  readonly updatedAtMs: number;
}

/** datesOf shows when a thing was made and changed last, to the microsecond. */
export const datesOf = ({ createdAtMs, updatedAtMs }: Pick<ProjectFacts, 'createdAtMs' | 'updatedAtMs'>) => ({
  created_at: microsDate(createdAtMs),
  updated_at: microsDate(updatedAtMs),
});

/** projectRow shows a project as both generations have it. */
export const projectRow = (project: ProjectFacts) => ({
  id: stableUuid('project', String(project.id)),
  ...datesOf(project),
  name: project.name,
  description: project.description === '' ? null : project.description,
});

/** subscriptionsRow shows vendors as a list, and products by vendor. */
export const subscriptionsRow = ({ vendors, products }: ProjectSubscriptions) => {
  const byVendor = new Map<string, string[]>();
  for (const [vendor, product] of products) {
    const name = wireName(vendor);
    const listed = byVendor.get(name);
    if (listed === undefined) byVendor.set(name, [wireName(product)]);
    else listed.push(wireName(product));
  }
  return { vendors: vendors.map(wireName), products: Object.fromEntries(byVendor) };
};

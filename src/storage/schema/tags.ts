import type { Generated } from 'kysely';

/** Tables of people's own tags; see `control.ts` for the conventions. */
export interface TagTables {
  user_tags: {
    number: Generated<number>;
    user_id: string;
    name: string;
    /** `#rrggbb`. */
    color: string;
    description: string | null;
    created_at_ms: number;
    updated_at_ms: number;
  };
  cve_tags: { tag_number: number; cve_id: string; created_at_ms: number };
}

/** Tables of subscriptions and trackers of projects; see `control.ts` for the conventions. */
export interface WatchingTables {
  /** Names as the catalogue stores them. */
  project_subscriptions: {
    project_id: number;
    vendor: string;
    /** Empty: every product of the vendor. */
    product: string;
    created_at_ms: number;
  };
  /** At least one of status and assignee is set, or there is no row. */
  cve_trackers: {
    project_id: number;
    cve_id: string;
    status: string | null;
    assignee_user_id: string | null;
    assigned_at_ms: number | null;
    updated_at_ms: number;
  };
}

import type { Generated } from 'kysely';

/** Tables of what a project sends, what it does by itself and what it reports; see `control.ts` for the conventions. */
export interface AutomationTables {
  /** A whole number for everybody who belongs to an organisation or is invited to it; it stays when the invited joins. */
  organization_places: {
    number: Generated<number>;
    organization_id: string;
    /** A user id, or the id of an invitation. */
    holder: string;
    invited_at_ms: number;
  };
  notifications: {
    /** A UUID, as are the ids of the tables below. */
    id: string;
    project_id: number;
    name: string;
    type: 'email' | 'webhook' | 'slack';
    is_enabled: number;
    /** Where to and with what: encrypted. */
    sealed: string;
    /** Of the pepper that the encryption goes back to. */
    pepper_version: number;
    /** Of the mailed token that confirms the address; empty when none is waited for. */
    confirmation_digest: string;
    confirmation_expires_at_ms: number | null;
    created_at_ms: number;
    updated_at_ms: number;
  };
  automations: {
    id: string;
    project_id: number;
    name: string;
    is_enabled: number;
    trigger_type: 'alert' | 'report';
    frequency: 'daily' | 'weekly' | null;
    schedule_timezone: string | null;
    /** `HH:00`. */
    schedule_time: string | null;
    schedule_weekday: string | null;
    /** JSON. */
    configuration: string;
    last_execution_at_ms: number | null;
    created_at_ms: number;
    updated_at_ms: number;
  };
  automation_executions: {
    number: Generated<number>;
    id: string;
    automation_id: string;
    executed_at_ms: number;
    window_start_ms: number;
    window_end_ms: number;
    matched_cves_count: number;
    /** JSON, as is `cves_table_data`. */
    impact_summary: string;
    cves_table_data: string;
    created_at_ms: number;
  };
  automation_results: {
    number: Generated<number>;
    id: string;
    execution_id: string;
    output_type: string;
    label: string;
    status: string;
    /** JSON. */
    details: string;
    created_at_ms: number;
  };
  reports: {
    number: Generated<number>;
    id: string;
    project_id: number;
    /** Empty for a report that no automation made. */
    automation_id: string;
    /** `YYYY-MM-DD`, in `period_timezone`. */
    day: string;
    period_type: 'daily' | 'weekly';
    period_timezone: string;
    ai_summary: string | null;
    created_at_ms: number;
    updated_at_ms: number;
  };
  /** Year and number of the id order the rows as people count. */
  report_cves: { report_id: string; cve_id: string; cve_year: number; cve_number: number };
}

import type { AuditQuery, AuditRecord } from '../../audit/index.ts';
import type { Plan } from '../../config/index.ts';
import type { Credential } from '../../credentials/index.ts';
import type { Actor, Clock, VerifiedCredential } from '../../kernel/index.ts';
import type { CredentialVerbs } from '../credential-verbs.ts';
import type { MembershipDeps } from '../membership-verbs.ts';

export interface ProjectView {
  readonly id: number;
  readonly name: string;
  readonly slug: string;
}

/** What this surface needs of the accounts. */
export interface ProjectVerbs {
  /** Null for those who may not see it. */
  find(input: { readonly actor: Actor; readonly projectId: number }): Promise<ProjectView | null>;
  /** Throws `project.not_found`, or `permission.refused` for members who may not do that much. */
  requireManage(actor: Actor, projectId: number): Promise<void>;
  /** What a member's request on the project's paths is admitted as; null for everybody else. */
  holder(projectId: number, userId: string): Promise<VerifiedCredential | null>;
  /** The plan in effect of the person who owns the project. */
  planOf(projectId: number): Promise<Plan>;
}

export interface CvefeedDeps extends MembershipDeps {
  readonly clock: Clock;
  readonly projects: ProjectVerbs;
  readonly tokens: CredentialVerbs & {
    show(target: { readonly actor: Actor; readonly id: string }): Promise<Credential>;
  };
  readonly activity: {
    list(query: AuditQuery): Promise<{ readonly items: readonly AuditRecord[]; readonly count: number }>;
  };
}

import type { AuditQuery, AuditRecord } from '../../audit/index.ts';
import { ActivityQuery } from '../../contract/index.ts';
import { fail } from '../../kernel/index.ts';
import { isoTime } from '../iso-time.ts';
import { jsonAnswer } from '../json.ts';
import { listPage } from '../list-page.ts';
import { actorOf } from '../person.ts';
import { parseQuery } from '../query.ts';
import type { Handler } from '../surface.ts';
import { projectOf } from './project.ts';
import type { CvefeedDeps } from './verbs.ts';

const actorTypes = { user: 'user', credential: 'api_token', system: 'system', operator: 'operator' } as const;
const actorKinds = { user: 'user', api_token: 'credential', system: 'system', operator: 'operator' } as const;

const rowOf = (entry: AuditRecord) => ({
  id: entry.seq,
  created_at: isoTime(entry.atMs),
  action: entry.action,
  actor_type: actorTypes[entry.actor.kind],
  actor_id: entry.actor.id,
  actor_email: entry.actor.kind === 'user' ? entry.actor.name : null,
  actor_name: entry.actor.name,
  object_type: entry.object.kind,
  object_id: entry.object.id,
  object_name: entry.object.name,
  old_values: entry.before,
  new_values: entry.after,
  ip_address: entry.actor.address,
  user_agent: entry.actor.client,
  request_id: entry.correlationId,
});

/** activityHandler answers the project's activity log, newest first: to its tokens, its admins and its owner. */
export const activityHandler =
  (deps: CvefeedDeps): Handler =>
  async (exchange) => {
    const project = await projectOf(deps, exchange);
    if (exchange.credential === null) await deps.projects.requireManage(actorOf(exchange), project.id);
    const plan = await deps.projects.planOf(project.id);
    if (!plan.features.hasActivityLog) throw fail('plan.required', { detail: { required_tier: 'enterprise' } });
    const asked = parseQuery(ActivityQuery, exchange.query);
    const { page = 1, page_size: pageSize = 25 } = asked;
    const query: AuditQuery = {
      scope: { kind: 'project', id: String(project.id) },
      ...(asked.action === undefined ? {} : { action: asked.action }),
      ...(asked.actor_email === undefined ? {} : { actorEmail: asked.actor_email }),
      ...(asked.actor_type === undefined ? {} : { actorKind: actorKinds[asked.actor_type] }),
      ...(asked.created_after === undefined ? {} : { afterMs: asked.created_after }),
      ...(asked.created_before === undefined ? {} : { beforeMs: asked.created_before }),
      page,
      pageSize,
    };
    const { items, count } = await deps.activity.list(query);
    return jsonAnswer(200, listPage(exchange, deps.publicUrl, { results: items.map(rowOf), count, page, pageSize }));
  };

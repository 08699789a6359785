import { ProjectInvitationBody, ProjectRoleBody, TransferBody } from '../../contract/index.ts';
import { emptyAnswer, parseBody } from '../json.ts';
import { memberHandlers } from '../member-rows.ts';
import { actorOf } from '../person.ts';
import { rowName } from '../row-name.ts';
import type { Handler } from '../surface.ts';
import { projectIdOf } from './project.ts';
import type { CvefeedDeps } from './verbs.ts';

/** projectMemberHandlers are the members and invitations of a project, and its transfer to another owner. */
export const projectMemberHandlers = (deps: CvefeedDeps): Readonly<Record<string, Handler>> => ({
  ...memberHandlers(deps, {
    placeOf: async (exchange) => ({ kind: 'project', id: projectIdOf(exchange) }),
    role: ProjectRoleBody,
    invitation: ProjectInvitationBody,
  }),
  'owner.change': async (exchange) => {
    const [actor, projectId] = [actorOf(exchange), projectIdOf(exchange)];
    await deps.memberships.requireAccess(actor, { kind: 'project', id: projectId }, 'own');
    const { user_id: userId } = parseBody(TransferBody, exchange.body);
    await deps.memberships.transfer({ actor, projectId, userId: rowName(userId) });
    return emptyAnswer();
  },
});

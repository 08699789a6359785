import { fail, systemActor } from '../../kernel/index.ts';
import { jsonAnswer } from '../json.ts';
import { actorOf } from '../person.ts';
import type { Exchange, Handler } from '../surface.ts';
import type { CvefeedDeps, ProjectView } from './verbs.ts';

export const numberShape = /^[1-9]\d{0,14}$/;

/** projectIdOf is the project of the path. What is no number names no project. */
export const projectIdOf = (exchange: Exchange): number => {
  const text = exchange.params['project_id'] ?? '';
  if (!numberShape.test(text)) throw fail('project.not_found');
  return Number(text);
};

/** projectOf is the project of the path as the caller may see it: a member, or a token of the project itself. */
export const projectOf = async ({ projects }: CvefeedDeps, exchange: Exchange): Promise<ProjectView> => {
  // A token that got here is one of this project: the guard has compared them.
  const actor = exchange.credential === null ? actorOf(exchange) : systemActor;
  const project = await projects.find({ actor, projectId: projectIdOf(exchange) });
  if (project === null) throw fail('project.not_found');
  return project;
};

/** projectHandler answers the project, its tier, and the token that asks. */
export const projectHandler =
  (deps: CvefeedDeps): Handler =>
  async (exchange) => {
    const project = await projectOf(deps, exchange);
    const plan = await deps.projects.planOf(project.id);
    const { credential } = exchange;
    const token = credential === null ? null : await deps.tokens.show({ actor: systemActor, id: credential.id });
    return jsonAnswer(200, {
      id: project.id,
      name: project.name,
      slug: project.slug,
      tier: {
        name: plan.name,
        priority: plan.rank,
        features: { mcp_access: { enabled: plan.features.isIntegrated, limit: null } },
      },
      token: token === null ? null : { prefix: token.prefix, scopes: token.scopes, is_mcp_enabled: token.isMcpEnabled },
      product_subscriptions: { current_usage: 0, max_limit: plan.productsMax },
    });
  };

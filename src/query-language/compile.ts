import type { Expression } from '../catalog/index.ts';
import { fields } from './fields.ts';
import { QueryRefusal, quoted, type Operator, type QueryNode, type Term } from './types.ts';

/** What a query may refer to besides the catalogue, bound to who asks. Null: there is nothing of that name. */
export interface QueryHooks {
  /** The CVE ids that the person has given a tag. Absent: whoever asks has no tags. */
  readonly tagged?: (name: string) => Promise<readonly string[] | null>;
  /** What a project watches, as a condition. Absent: whoever asks has no projects. */
  readonly project?: (name: string) => Promise<Expression | null>;
}

const named: readonly Operator[] = [':', '=', '!=', '!:'];

/** The catalogue takes conditions up to this depth. */
const depthMax = 32;

const isNegated = (operator: Operator): operator is '!=' | '!:' => operator === '!=' || operator === '!:';

const not = (of: Expression): Expression => (of.kind === 'not' ? of.of : { kind: 'not', of });

/** compile makes a condition on records of a parsed query. Throws `QueryRefusal`, and what the hooks throw. */
export const compile = async (node: QueryNode, nowMs: number, hooks: QueryHooks): Promise<Expression> => {
  const walk = async (inner: QueryNode): Promise<Expression> => {
    switch (inner.kind) {
      case 'term':
        return inner.field === null ? bare(inner) : compared(inner, inner.field);
      case 'not':
        return not(await walk(inner.of));
      case 'all':
      case 'any': {
        const of: Expression[] = [];
        for (const member of inner.of) of.push(await walk(member));
        return { kind: inner.kind, of };
      }
    }
  };

  const compared = async (term: Term, { name, operator }: NonNullable<Term['field']>): Promise<Expression> => {
    const key = name.toLowerCase();
    const referring = key === 'usertag' || key === 'project';
    const field = fields.get(key);
    const operators = referring ? named : field?.operators;
    if (operators === undefined) {
      const known = [...fields.keys(), 'userTag', 'project'].join(', ');
      throw new QueryRefusal(`Unknown field ${quoted(name)}. Fields: ${known}`, term.position);
    }
    if (!operators.includes(operator)) {
      throw new QueryRefusal(`The field ${name} takes ${operators.join(' ')} and not ${operator}`, term.position);
    }
    const positive = operator === '!=' ? '=' : operator === '!:' ? ':' : operator;
    const outcome = referring ? await referred(key, term) : field?.compile(positive, term.value.text, nowMs);
    if (outcome === undefined || outcome.kind === 'refused') {
      const constraint = outcome?.constraint ?? 'known';
      throw new QueryRefusal(
        `The value ${quoted(term.value.text)} of ${name} must be ${constraint}`,
        term.value.position,
      );
    }
    return isNegated(operator) ? not(outcome) : outcome;
  };

  const referred = async (key: 'usertag' | 'project', { value }: Term): Promise<Expression> => {
    if (key === 'project') {
      const found = (await hooks.project?.(value.text)) ?? null;
      if (found === null) throw new QueryRefusal(`The project ${quoted(value.text)} does not exist`, value.position);
      return found;
    }
    const cveIds = (await hooks.tagged?.(value.text)) ?? null;
    if (cveIds === null) throw new QueryRefusal(`The tag ${quoted(value.text)} does not exist`, value.position);
    return { kind: 'ids', cveIds };
  };

  const expression = await walk(node);
  if (depthOf(expression) > depthMax) throw new QueryRefusal('The conditions are nested too deeply', 0);
  return expression;
};

/** A bare word is the id of a CVE, or a piece of descriptions. */
const bare = ({ value, position }: Term): Expression => {
  if (value.text.trim() === '') throw new QueryRefusal('Expected a condition instead of an empty text', position);
  return /^CVE-/i.test(value.text)
    ? { kind: 'id', text: value.text, match: 'exact' }
    : { kind: 'text', field: 'description', text: value.text, match: 'contains' };
};

const depthOf = (expression: Expression): number => {
  if (expression.kind === 'not') return 1 + depthOf(expression.of);
  if (expression.kind !== 'all' && expression.kind !== 'any') return 1;
  return 1 + Math.max(0, ...expression.of.map(depthOf));
};

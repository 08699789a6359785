import type { Operation } from '../contract/index.ts';
import type { Handler, Surface } from './surface.ts';

/** A GET operation found without the router. */
export interface DirectRoute {
  readonly surface: Surface;
  readonly operation: Operation;
  readonly handler: Handler;
  readonly params: Readonly<Record<string, string>>;
}

/** A path that ends in one parameter. */
interface Pattern extends Omit<DirectRoute, 'params'> {
  /** All that stands before the parameter. */
  readonly beginning: string;
  readonly parameter: string;
  /** The parameter without a value: a copy of it is cheaper than an object with a name worked out. */
  readonly unnamed: Readonly<Record<string, string>>;
  /** Literal paths that begin the same: those are not the parameter's. */
  siblings: readonly string[];
}

const noParams: Readonly<Record<string, string>> = {};

/**
 * createDispatch finds GET operations written exactly as in their table: a literal path, or a literal beginning and one
 * parameter at the end. Two map look-ups instead of a router and its request objects, which cost a fifth of a short
 * request. Neighbours mostly ask for the same, so the last pattern is looked at first: a comparison instead of look-ups,
 * which would have every new path entered into the engine's table of strings. Everything else (other methods, trailing
 * slashes, percent-encoding, unknown paths) is null: the router's.
 */
export const createDispatch = (surfaces: readonly Surface[]): ((url: string) => DirectRoute | null) => {
  const literals = new Map<string, DirectRoute | null>();
  const patterns = new Map<string, Pattern>();
  for (const surface of surfaces) {
    for (const operation of surface.operations) {
      const handler = surface.handlers[operation.id];
      const [, beginning = '', parameter = ''] = /^(.*\/)\{(\w+)\}$/.exec(operation.path) ?? [];
      const isGet = operation.method === 'GET' && handler !== undefined;
      if (!operation.path.includes('{')) {
        // A literal of another method still shadows the pattern beside it.
        if (isGet) literals.set(operation.path, { surface, operation, handler, params: noParams });
        else if (!literals.has(operation.path)) literals.set(operation.path, null);
      } else if (isGet && !beginning.includes('{')) {
        patterns.set(beginning, {
          surface,
          operation,
          handler,
          beginning,
          parameter,
          unnamed: { [parameter]: '' },
          siblings: [],
        });
      }
    }
  }
  for (const pattern of patterns.values()) {
    pattern.siblings = [...literals.keys()].filter((path) => beginningOf(path) === pattern.beginning);
  }
  let last: Pattern | null = null;

  const matched = (pattern: Pattern, path: string): DirectRoute | null => {
    const { surface, operation, handler, beginning, parameter } = pattern;
    if (path.length === beginning.length || path.includes('%')) return null;
    const params = { ...pattern.unnamed };
    params[parameter] = path.slice(beginning.length);
    return { surface, operation, handler, params };
  };

  return (url) => {
    const mark = url.indexOf('?');
    const path = mark < 0 ? url : url.slice(0, mark);
    const length = path.lastIndexOf('/') + 1;
    if (last?.beginning.length === length && path.startsWith(last.beginning) && !last.siblings.includes(path)) {
      return matched(last, path);
    }
    const literal = literals.get(path);
    if (literal !== undefined) return literal;
    const pattern = patterns.get(path.slice(0, length));
    if (pattern === undefined) return null;
    last = pattern;
    return matched(pattern, path);
  };
};

/** All up to the last slash. */
const beginningOf = (path: string): string => path.slice(0, path.lastIndexOf('/') + 1);

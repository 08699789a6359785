import type { Operation } from './operation.ts';

/** What a path means: an operation with its path parameters, a known path with other methods, or nothing. */
export type RouteMatch =
  | { readonly kind: 'operation'; readonly operation: Operation; readonly params: Readonly<Record<string, string>> }
  | { readonly kind: 'method_unknown'; readonly allowed: readonly string[] }
  | { readonly kind: 'path_unknown' };

/** allowedMethods lists what a path answers, in the order of the table, with HEAD beside GET and OPTIONS last. */
export const allowedMethods = (operations: readonly Operation[], path: string): string[] => {
  const methods = operations.filter((operation) => operation.path === path).map((operation) => operation.method);
  return [...methods.flatMap((method) => (method === 'GET' ? ['GET', 'HEAD'] : [method])), 'OPTIONS'];
};

/**
 * matchRoute finds the operation of a method and a path as a client writes them. HEAD counts as GET; a trailing slash is
 * accepted; a literal path wins over one with parameters, whatever the method. A badly encoded path is an unknown one.
 */
export const matchRoute = (operations: readonly Operation[], method: string, path: string): RouteMatch => {
  const segments = split(path);
  const paths = [...new Set(operations.map((operation) => operation.path))];
  const ranked = paths.toSorted((a, b) => Number(a.includes('{')) - Number(b.includes('{')));
  for (const candidate of ranked) {
    const params = bind(split(candidate), segments);
    if (params === null) continue;
    const wanted = method === 'HEAD' ? 'GET' : method;
    const operation = operations.find((other) => other.path === candidate && other.method === wanted);
    if (operation !== undefined) return { kind: 'operation', operation, params };
    return { kind: 'method_unknown', allowed: allowedMethods(operations, candidate) };
  }
  return spanned(operations, method, path);
};

/**
 * spanned reads a path that no operation has as one whose parameters hold slashes. The most particular operation wins; a
 * parameter before another one ends where the text between them stands first.
 */
const spanned = (operations: readonly Operation[], method: string, path: string): RouteMatch => {
  const wanted = method === 'HEAD' ? 'GET' : method;
  const plain = path.endsWith('/') ? path.slice(0, -1) : path;
  const wide = operations.filter((operation) => operation.spanning === true);
  for (const operation of wide.toSorted((a, b) => b.path.split('/').length - a.path.split('/').length)) {
    const params = bindWide(operation.path, plain);
    if (params === null) continue;
    if (operation.method === wanted) return { kind: 'operation', operation, params };
    return { kind: 'method_unknown', allowed: allowedMethods(operations, operation.path) };
  }
  return { kind: 'path_unknown' };
};

/** One pass without going back: a path of any length costs its length. */
const bindWide = (pattern: string, path: string): Record<string, string> | null => {
  const [beginning = '', ...rest] = pattern.split('{');
  if (!path.startsWith(beginning)) return null;
  const params: Record<string, string> = {};
  let from = beginning.length;
  for (const [index, part] of rest.entries()) {
    const [name = '', literal = ''] = part.split('}');
    const isLast = index === rest.length - 1;
    const to = isLast ? path.length - literal.length : path.indexOf(literal, from + 1);
    const value = to > from && path.startsWith(literal, to) ? decode(path.slice(from, to)) : null;
    if (value === null) return null;
    params[name] = value;
    from = to + literal.length;
  }
  return params;
};

const split = (path: string): string[] => (path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path).split('/');

const bind = (pattern: readonly string[], segments: readonly string[]): Record<string, string> | null => {
  if (pattern.length !== segments.length) return null;
  const params: Record<string, string> = {};
  for (const [index, part] of pattern.entries()) {
    const given = decode(segments[index] ?? '');
    if (given === null) return null;
    if (part.startsWith('{')) {
      if (given === '') return null;
      params[part.slice(1, -1)] = given;
    } else if (part !== given) return null;
  }
  return params;
};

const decode = (segment: string): string | null => {
  try {
    return decodeURIComponent(segment);
  } catch {
    // Broken percent-encoding names no path; the caller answers "unknown".
    return null;
  }
};

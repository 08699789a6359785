/** The first half of a character, escaped: in a body that is UTF-8, only an escape can leave a character in half. */
const escapedHalf = /\\u[dD][89a-fA-F]/;
const pathLengthShown = 100;

/**
 * halfCharacterAt finds a text with half a character (a lone surrogate) in a value that was read from a JSON text: the path
 * of the member that holds it, also as a name; empty for the value itself, null when all texts are whole. No stack of calls:
 * a body may be nested as deep as it is long.
 */
export const halfCharacterAt = (body: string, value: unknown): string | null => {
  if (!escapedHalf.test(body)) return null;
  const open: { readonly path: string; readonly inner: unknown }[] = [{ path: '', inner: value }];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { path, inner } = next;
    if (typeof inner === 'string' && !inner.isWellFormed()) return path;
    if (typeof inner !== 'object' || inner === null) continue;
    for (const [name, member] of Object.entries(inner)) {
      if (!name.isWellFormed()) return path;
      open.push({ path: (path === '' ? name : `${path}.${name}`).slice(0, pathLengthShown), inner: member });
    }
  }
  return null;
};

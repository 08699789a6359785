/** Credentials of every family, wherever they stand in a text. */
const shapes =
  /cvefeed_[A-Za-z0-9]{8}_[0-9a-f]{64}|cvf_[0-9a-f]{48}|opc_org\.[A-Za-z0-9]{12}\.[A-Za-z0-9]{32}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}-[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/i;
const everyShape = new RegExp(shapes.source, 'gi');
const shortestCredential = 52;

const namedInQuery = /(?:^|&)(?:(?:x[-_]?)?api[-_]?key|access[-_]?token|token|key)=([^&]*)/i;
const namedInBody = /"(?:(?:x[-_]?)?api[-_]?key|access[-_]?token|token|key)"\s*:\s*"([^"\\]*)"/i;

/** findCredential returns the first text that is shaped like a credential, or null. */
export const findCredential = (text: string): string | null =>
  text.length < shortestCredential ? null : (shapes.exec(text)?.[0] ?? null);

/** redact replaces everything that is shaped like a credential, so that the rest may be logged. */
export const redact = (text: string): string =>
  text.length < shortestCredential ? text : text.replace(everyShape, '***');

/** exposedInQuery also takes a parameter that is named like a credential for one, whatever its value. */
export const exposedInQuery = (query: string): string | null => {
  if (query === '') return null;
  const plain = decode(query);
  return findCredential(plain) ?? namedInQuery.exec(plain)?.[1] ?? null;
};

/** exposedInBody does the same for a JSON text, also for one that does not parse. */
export const exposedInBody = (body: string): string | null => {
  const plain = body.includes('\\u') ? body.replaceAll(/\\u00([0-7][0-9a-f])/gi, characterOf) : body;
  return findCredential(plain) ?? namedInBody.exec(plain)?.[1] ?? null;
};

/** exposedInPath looks for a credential in a path, encoded or not. */
export const exposedInPath = (path: string): string | null =>
  path.length < shortestCredential ? null : findCredential(decode(path));

const characterOf = (_escape: string, hex: string): string => String.fromCharCode(Number.parseInt(hex, 16));

/** Credentials and their names are ASCII: each escape is undone by itself, so that a broken one elsewhere hides nothing. */
const decode = (text: string): string =>
  text.includes('%') ? text.replaceAll(/%([0-7][0-9a-f])/gi, characterOf) : text;

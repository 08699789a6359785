/** Over HTTPS the browser itself guarantees by the prefix that no other host of the domain has set it. */
const names = { encrypted: '__Host-vulngate', local: 'vulngate' } as const;

const attributes = (isEncrypted: boolean): string => `Path=/; HttpOnly; SameSite=Lax${isEncrypted ? '; Secure' : ''}`;

const nameOf = (isEncrypted: boolean): string => (isEncrypted ? names.encrypted : names.local);

/** sessionCookie is the `Set-Cookie` of a new session: not for scripts, not for other sites, not over plain HTTP. */
export const sessionCookie = (value: string, lifeMs: number, isEncrypted: boolean): string =>
  `${nameOf(isEncrypted)}=${value}; Max-Age=${Math.max(0, Math.floor(lifeMs / 1000))}; ${attributes(isEncrypted)}`;

/** endedCookie is the `Set-Cookie` that makes the browser forget. */
export const endedCookie = (isEncrypted: boolean): string =>
  `${nameOf(isEncrypted)}=; Max-Age=0; ${attributes(isEncrypted)}`;

/** cookieOf finds the session in a `Cookie` header, or null. */
export const cookieOf = (header: string | undefined): string | null => {
  if (header === undefined) return null;
  const pairs = header.split(';').map((pair) => pair.trim());
  for (const name of Object.values(names)) {
    const found = pairs.find((pair) => pair.startsWith(`${name}=`));
    if (found !== undefined) return found.slice(name.length + 1);
  }
  return null;
};

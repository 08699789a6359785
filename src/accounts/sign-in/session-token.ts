import type { SessionKeys } from '../deps.ts';

const algorithm = 'EdDSA';

/** Loaded with the first session: programs, which the server is for, have none. */
const loadJose = () => import('jose');

/** signSessionToken makes the JWT of a session: `sub` the person, `sid` the session, `iat` and `exp`. */
export const signSessionToken = async (
  keys: SessionKeys,
  session: { readonly id: string; readonly userId: string; readonly startMs: number; readonly endMs: number },
): Promise<string> => {
  const { SignJWT } = await loadJose();
  const { kid, privateKey } = keys.signing();
  return new SignJWT({ sid: session.id })
    .setProtectedHeader({ alg: algorithm, kid, typ: 'JWT' })
    .setSubject(session.userId)
    .setIssuedAt(Math.floor(session.startMs / 1000))
    .setExpirationTime(Math.floor(session.endMs / 1000))
    .sign(privateKey);
};

/** readSessionToken proves a JWT and returns what it says, or null: only our keys, our algorithm, not expired. */
export const readSessionToken = async (
  keys: SessionKeys,
  token: string,
  nowMs: number,
): Promise<{ readonly sessionId: string; readonly userId: string } | null> => {
  const { decodeProtectedHeader, errors, jwtVerify } = await loadJose();
  try {
    const { kid } = decodeProtectedHeader(token);
    const key = kid === undefined ? null : keys.publicKey(kid);
    if (key === null) return null;
    const { payload } = await jwtVerify(token, key, { algorithms: [algorithm], currentDate: new Date(nowMs) });
    const { sub, sid } = payload;
    return typeof sub === 'string' && typeof sid === 'string' ? { sessionId: sid, userId: sub } : null;
  } catch (error) {
    // What is no token of ours is the same as none; anything else is a fault of ours and must be seen.
    if (error instanceof errors.JOSEError || error instanceof TypeError) return null;
    throw error;
  }
};

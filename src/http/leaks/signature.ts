import { verify, type KeyObject } from 'node:crypto';

/**
 * isSignedReport proves a report: ECDSA over P-256 and SHA-256 of the raw body, as base64 of the DER form, by the key that
 * the sender names. A key that is not configured proves nothing.
 */
export const isSignedReport = (
  keys: ReadonlyMap<string, KeyObject>,
  { keyId, signature }: { readonly keyId: string; readonly signature: string },
  body: string,
): boolean => {
  const key = keys.get(keyId);
  if (key === undefined || signature === '' || signature.length > 200) return false;
  return verify('sha256', Buffer.from(body), key, Buffer.from(signature, 'base64'));
};

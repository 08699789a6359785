import { fail } from '../kernel/index.ts';

const nameLengthMax = 100;
const descriptionLengthMax = 255;

// eslint-disable-next-line no-control-regex -- control characters are exactly what these texts must not have
const controls = /[\u0000-\u001f\u007f]/;

/** checkedName trims a name: 1 to 100 characters. Throws `request.invalid_parameter`. */
export const checkedName = (name: string): string => {
  const trimmed = name.trim();
  if (trimmed === '' || trimmed.length > nameLengthMax || controls.test(trimmed)) {
    throw fail('request.invalid_parameter', {
      message: `A name has 1 to ${nameLengthMax} characters and no control characters`,
    });
  }
  return trimmed;
};

/** checkedDescription trims a description: at most 255 characters. Throws `request.invalid_parameter`. */
export const checkedDescription = (description: string): string => {
  const trimmed = description.trim();
  if (trimmed.length > descriptionLengthMax || controls.test(trimmed)) {
    throw fail('request.invalid_parameter', {
      message: `A description has at most ${descriptionLengthMax} characters and no control characters`,
    });
  }
  return trimmed;
};

/** checkedExpiry returns an expiry that lies ahead. Throws `request.invalid_parameter`. */
export const checkedExpiry = (expiresAtMs: number | null, nowMs: number): number | null => {
  if (expiresAtMs === null) return null;
  if (!Number.isSafeInteger(expiresAtMs)) throw fail('request.invalid_parameter', { message: 'The expiry is no time' });
  if (expiresAtMs <= nowMs) throw fail('request.invalid_parameter', { message: 'The expiry lies in the past' });
  return expiresAtMs;
};

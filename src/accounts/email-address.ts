import { fail } from '../kernel/index.ts';

/** normalEmail is the form that addresses are stored and compared in. Throws `request.invalid_parameter`. */
export const normalEmail = (email: string): string => {
  const normal = email.trim().toLowerCase();
  if (normal.length > 254 || !/^[^\s@"<>\p{Cc}]+@[^\s@"<>\p{Cc}]+$/u.test(normal)) {
    throw fail('request.invalid_parameter', { message: 'Not an e-mail address' });
  }
  return normal;
};

/** normalName trims what people call a thing. Throws `request.invalid_parameter` when nothing or too much is left. */
export const normalName = (name: string, lengthMax: number): string => {
  const normal = name.trim();
  if (normal === '' || normal.length > lengthMax || /\p{Cc}/u.test(normal)) {
    throw fail('request.invalid_parameter', {
      message: `A name has 1 to ${lengthMax} characters and no control characters`,
    });
  }
  return normal;
};

import type { z } from 'zod';
import { fail, type AppError } from '../kernel/index.ts';
import { halfCharacterAt } from './half-characters.ts';
import type { Answer } from './surface.ts';

/** jsonTextAnswer answers a JSON text that belongs to one person only: never stored, by nobody on the way. */
export const jsonTextAnswer = (status: number, body: string, headers: readonly string[] = []): Answer => ({
  status,
  headers: [
    'Content-Type',
    'application/json',
    'X-Content-Type-Options',
    'nosniff',
    'Cache-Control',
    'no-store',
    ...headers,
  ],
  body,
});

/** jsonAnswer does the same with a value. */
export const jsonAnswer = (status: number, value: unknown, headers: readonly string[] = []): Answer =>
  jsonTextAnswer(status, JSON.stringify(value), headers);

/** emptyAnswer answers 204. */
export const emptyAnswer = (headers: readonly string[] = []): Answer => ({
  status: 204,
  headers: ['Cache-Control', 'no-store', ...headers],
  body: '',
});

/**
 * parseBody reads a JSON body by its schema. Fails with `request.malformed` for a text that is no JSON, with
 * `request.missing_parameter` and `request.invalid_parameter` naming the first wrong member, never its value. A text with
 * half a character is wrong everywhere: a database keeps another one, and two that differ would become the same.
 */
export const parseBody = <S extends z.ZodType>(schema: S, body: string | null): z.output<S> => {
  const value = jsonOf(body);
  const half = halfCharacterAt(body ?? '', value);
  if (half !== null) throw halfRefusal(half);
  return parsedBy(schema, value);
};

/**
 * parseReport does the same for what another machine reports of many things: half a character in the text of one must not
 * keep the others from being heard.
 */
export const parseReport = <S extends z.ZodType>(schema: S, body: string | null): z.output<S> =>
  parsedBy(schema, jsonOf(body));

const parsedBy = <S extends z.ZodType>(schema: S, value: unknown): z.output<S> => {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw refusal(value, parsed.error.issues[0]);
};

const jsonOf = (body: string | null): unknown => {
  try {
    return JSON.parse(body ?? '');
  } catch (error) {
    throw fail('request.malformed', { message: 'Request body is not valid JSON', cause: error });
  }
};

const halfRefusal = (parameter: string): AppError =>
  parameter === ''
    ? fail('request.malformed', { message: 'Request body has half characters (lone surrogates)' })
    : fail('request.invalid_parameter', {
        message: `Invalid value for '${parameter}': no half characters (lone surrogates)`,
        detail: { parameter },
      });

const refusal = (value: unknown, issue: z.core.$ZodIssue | undefined): AppError => {
  if (issue?.code === 'unrecognized_keys') {
    const parameter = (issue.keys[0] ?? '').slice(0, 100);
    return fail('request.invalid_parameter', { message: `Unknown member '${parameter}'`, detail: { parameter } });
  }
  const path = issue?.path ?? [];
  if (path.length === 0)
    return fail('request.malformed', { message: issue?.message ?? 'Request body is not understood' });
  const parameter = path.map(String).join('.').slice(0, 100);
  const given = path.reduce<unknown>(
    (inner, name) => (typeof inner === 'object' && inner !== null ? Reflect.get(inner, name) : undefined),
    value,
  );
  if (given === undefined) {
    return fail('request.missing_parameter', { message: `Missing member '${parameter}'`, detail: { parameter } });
  }
  return fail('request.invalid_parameter', {
    message: `Invalid value for '${parameter}': ${issue?.message ?? 'not understood'}`,
    detail: { parameter },
  });
};

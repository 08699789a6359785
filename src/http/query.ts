import { z } from 'zod';
import { parameterNotes } from '../contract/index.ts';
import { fail, type AppError } from '../kernel/index.ts';

const valueLengthShown = 100;

/** invalidParameter is the failure that names a parameter, what was given, and what is accepted. */
export const invalidParameter = (parameter: string, value: unknown, constraint: string): AppError =>
  fail('request.invalid_parameter', {
    message: `Invalid value for parameter '${shown(parameter)}': must be ${constraint}`,
    detail: {
      parameter: shown(parameter),
      value: typeof value === 'string' ? shown(value) : value,
      constraint: `must be ${constraint}`,
    },
  });

// oxlint-disable-next-line no-control-regex
const shown = (text: string): string => text.replace(/[\u0000-\u001f\u007f]/g, '\ufffd').slice(0, valueLengthShown);

/**
 * parseQuery reads a query text by the schema of its operation. An unknown name, a name given twice (unless it is a list)
 * and a value outside its constraint fail with `request.invalid_parameter`; an empty `q` or `after` counts as absent.
 */
export const parseQuery = <S extends z.ZodObject>(schema: S, query: string): z.output<S> => {
  const given = collect(schema, query);
  const parsed = schema.safeParse(given);
  if (parsed.success) return parsed.data;
  const name = String(parsed.error.issues[0]?.path[0] ?? '');
  throw invalidParameter(name, given[name] ?? null, constraintOf(schema, name));
};

const mayBeEmpty = new Set(['q', 'after']);

const collect = (schema: z.ZodObject, query: string): Record<string, string> => {
  const given: Record<string, string> = {};
  for (const part of query.split('&')) {
    if (part === '') continue;
    const mark = part.indexOf('=');
    const name = decode(mark < 0 ? part : part.slice(0, mark), 'query');
    const value = decode(mark < 0 ? '' : part.slice(mark + 1), name);
    if (!Object.hasOwn(schema.shape, name)) {
      throw invalidParameter(
        name,
        value,
        `absent: known parameters are ${Object.keys(schema.shape).join(', ') || 'none'}`,
      );
    }
    if (value === '' && mayBeEmpty.has(name)) continue;
    const before = given[name];
    if (before === undefined) given[name] = value;
    else if (isList(schema, name)) given[name] = `${before},${value}`;
    else throw invalidParameter(name, value, 'given once');
  }
  return given;
};

const notesOf = (schema: z.ZodObject, name: string) => {
  const member: unknown = schema.shape[name];
  return member instanceof z.ZodType ? parameterNotes.get(member) : undefined;
};

const isList = (schema: z.ZodObject, name: string): boolean => notesOf(schema, name)?.list === true;

const constraintOf = (schema: z.ZodObject, name: string): string => notesOf(schema, name)?.constraint ?? 'valid';

const decode = (text: string, parameter: string): string => {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    throw invalidParameter(parameter, text, 'percent-encoded UTF-8');
  }
};

import type { z } from 'zod';
import { parameterNotes } from '../../contract/index.ts';
import { fail } from '../../kernel/index.ts';
import { invalidParameter } from '../query.ts';

/**
 * readParameters reads the parameters of a schema as the original's framework does: unknown ones are ignored, of several
 * values the last counts, broken percent-encoding stands for itself. An empty value counts as absent. A value that its
 * schema refuses fails with `request.invalid_parameter`; a NUL anywhere names nothing and fails with `request.route_unknown`.
 */
export const readParameters = <S extends z.ZodObject>(schema: S, query: string): z.output<S> => {
  const given: Record<string, string> = {};
  if (query !== '') {
    for (const [name, value] of new URLSearchParams(query)) {
      if (name.includes('\0') || value.includes('\0')) throw fail('request.route_unknown');
      if (Object.hasOwn(schema.shape, name)) given[name] = value;
    }
    for (const [name, value] of Object.entries(given)) if (value === '') delete given[name];
  }
  const parsed = schema.safeParse(given);
  if (parsed.success) return parsed.data;
  const name = String(parsed.error.issues[0]?.path[0] ?? '');
  const member: unknown = schema.shape[name];
  const notes = isSchema(member) ? parameterNotes.get(member) : undefined;
  throw invalidParameter(name, given[name] ?? null, notes?.constraint ?? 'valid');
};

const isSchema = (value: unknown): value is z.ZodType => typeof value === 'object' && value !== null && '_zod' in value;

/** commaList reads a list, however it is spaced. */
export const commaList = (text: string | undefined): readonly string[] =>
  text === undefined ? [] : text.split(',').map((part) => part.trim().toLowerCase());

import { z } from 'zod';

type Json = Readonly<Record<string, unknown>>;

const isJson = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value);
const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

/** Deeper than any answer; a schema that contains itself ends there. */
const depthMax = 8;

/** sketchOf makes a value that shows the form of a schema: members with words for what stands there. Null for no value. */
export const sketchOf = (schema: z.ZodType, io: 'input' | 'output'): unknown => {
  const root: Json = z.toJSONSchema(schema, { io, unrepresentable: 'any' });
  const definitions = isJson(root['$defs']) ? root['$defs'] : {};

  const draw = (given: unknown, depth: number): unknown => {
    if (!isJson(given) || depth > depthMax) return '…';
    const { $ref: reference, anyOf, enum: words, const: only, type } = given;
    if (typeof reference === 'string') return draw(definitions[reference.replace('#/$defs/', '')], depth + 1);
    if (only !== undefined) return only;
    if (Array.isArray(words)) return words.join(' | ');
    const choices = [...listOf(anyOf), ...listOf(given['oneOf'])];
    if (choices.length > 0) {
      const shown = choices.find((choice) => !isJson(choice) || choice['type'] !== 'null') ?? null;
      return shown === null ? null : draw(shown, depth + 1);
    }
    if (type === 'object') {
      const members = isJson(given['properties']) ? Object.entries(given['properties']) : [];
      const others = isJson(given['additionalProperties']) ? [['…', given['additionalProperties']] as const] : [];
      return Object.fromEntries([...members, ...others].map(([name, member]) => [name, draw(member, depth + 1)]));
    }
    if (type === 'array') return [draw(given['items'], depth + 1)];
    if (type === 'integer' || type === 'number') return 1;
    if (type === 'boolean') return true;
    if (type === 'string') return typeof given['format'] === 'string' ? given['format'] : 'text';
    return depth === 0 ? null : '…';
  };
  return draw(root, 0);
};

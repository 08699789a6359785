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

  /** The members of an object, and one for all those that the schema does not name. */
  const object = (given: Json, depth: number): unknown => {
    const members = isJson(given['properties']) ? Object.entries(given['properties']) : [];
    const others = isJson(given['additionalProperties']) ? [['…', given['additionalProperties']] as const] : [];
    return Object.fromEntries([...members, ...others].map(([name, member]) => [name, draw(member, depth + 1)]));
  };

  const typed = (given: Json, depth: number): unknown => {
    const { format } = given;
    // What may be null is shown as what it is otherwise.
    const type = [...listOf(given['type']), given['type']].find((one) => one !== 'null');
    if (type === 'object') return object(given, depth);
    if (type === 'array') return [draw(given['items'], depth + 1)];
    if (type === 'integer' || type === 'number') return 1;
    if (type === 'boolean') return true;
    if (type === 'string') return typeof format === 'string' ? format : 'text';
    return depth === 0 ? null : '…';
  };

  const draw = (given: unknown, depth: number): unknown => {
    if (!isJson(given) || depth > depthMax) return '…';
    const { $ref: reference, enum: words, const: only } = given;
    if (typeof reference === 'string') return draw(definitions[reference.replace('#/$defs/', '')], depth + 1);
    if (only !== undefined) return only;
    if (Array.isArray(words)) return words.join(' | ');
    const choices = [...listOf(given['anyOf']), ...listOf(given['oneOf'])];
    const shown = choices.find((choice) => !isJson(choice) || choice['type'] !== 'null');
    return shown === undefined ? typed(given, depth) : draw(shown, depth + 1);
  };
  return draw(root, 0);
};

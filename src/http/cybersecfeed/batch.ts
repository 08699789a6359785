import type { z } from 'zod';
import { BatchBody, batchConstraints } from '../../contract/index.ts';
import { fail } from '../../kernel/index.ts';
import { invalidParameter } from '../query.ts';

/**
 * batchOf reads the body of a batch. Fails with `request.malformed` for a text that is no JSON object, with
 * `request.missing_parameter` without `cve_ids`, and with `request.invalid_parameter` naming the first wrong member.
 */
export const batchOf = (body: string | null): z.output<typeof BatchBody> => {
  const value = objectOf(body);
  if (!('cve_ids' in value)) {
    throw fail('request.missing_parameter', {
      message: "Missing parameter 'cve_ids'",
      detail: { parameter: 'cve_ids', constraint: `must be ${batchConstraints['cve_ids']}` },
    });
  }
  const parsed = BatchBody.safeParse(value);
  if (parsed.success) return parsed.data;
  throw refusal(value, parsed.error.issues[0]);
};

const objectOf = (body: string | null): object => {
  let value: unknown;
  try {
    value = JSON.parse(body ?? '');
  } catch (error) {
    throw fail('request.malformed', { message: 'Request body is not valid JSON', cause: error });
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
  throw fail('request.malformed', { message: 'Request body must be a JSON object' });
};

const refusal = (body: object, issue: z.core.$ZodIssue | undefined) => {
  if (issue?.code === 'unrecognized_keys') {
    const known = Object.keys(BatchBody.shape).join(', ');
    const [unknown = ''] = issue.keys;
    return invalidParameter(unknown, shownValue(body, unknown, undefined), `absent: known members are ${known}`);
  }
  const [member = '', index] = issue?.path.map(String) ?? [];
  const isItem = member === 'cve_ids' && index !== undefined;
  const constraint = batchConstraints[isItem ? 'cve_ids[]' : member] ?? 'valid';
  return invalidParameter(
    isItem ? `cve_ids[${index}]` : member,
    shownValue(body, member, isItem ? index : undefined),
    constraint,
  );
};

/** A text is shown; of a list its length; of anything else its type, so that an error never echoes a whole document. */
const shownValue = (body: object, member: string, index: string | undefined): unknown => {
  const whole: unknown = Reflect.get(body, member);
  const value: unknown = index === undefined || !Array.isArray(whole) ? whole : whole[Number(index)];
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' || value === null)
    return value;
  return Array.isArray(value) ? `list of ${value.length}` : typeof value;
};

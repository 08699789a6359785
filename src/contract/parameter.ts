import { z } from 'zod';

/** How a query or path parameter is documented, and what an `INVALID_PARAMETER` answer says about it. */
export interface ParameterNotes {
  /** For people: what the parameter does. */
  readonly description: string;
  /** For the error: what is accepted, as a phrase that follows "must be". */
  readonly constraint: string;
  /** The JSON Schema of the text on the wire. */
  readonly wire: Readonly<Record<string, unknown>>;
  readonly example?: string;
  /** Whether several values are sent, separated by commas or by repeating the parameter. */
  readonly list?: boolean;
}

/** The notes of every parameter schema, kept beside it. */
export const parameterNotes = z.registry<ParameterNotes>();

const noted = <S extends z.ZodType>(schema: S, notes: ParameterNotes): S => {
  parameterNotes.add(schema, notes);
  return schema;
};

type Notes = Pick<ParameterNotes, 'description' | 'example'>;

/** whole takes an integer in decimal digits. */
export const whole = (minimum: number, maximum: number, notes: Notes, preset?: number) =>
  noted(
    z
      .string()
      .regex(/^\d{1,9}$/)
      .transform(Number)
      .pipe(z.number().int().min(minimum).max(maximum))
      .optional(),
    {
      ...notes,
      constraint: `an integer from ${minimum} to ${maximum}`,
      wire: { type: 'integer', minimum, maximum, ...(preset === undefined ? {} : { default: preset }) },
    },
  );

/** decimal takes a number without sign or exponent. */
export const decimal = (minimum: number, maximum: number, notes: Notes) =>
  noted(
    z
      .string()
      .regex(/^\d{1,3}(\.\d{1,9})?$/)
      .transform(Number)
      .pipe(z.number().min(minimum).max(maximum))
      .optional(),
    { ...notes, constraint: `a number from ${minimum} to ${maximum}`, wire: { type: 'number', minimum, maximum } },
  );

/** flag takes true, false, 1 or 0. */
export const flag = (notes: Notes) =>
  noted(
    z
      .string()
      .toLowerCase()
      .pipe(z.enum(['true', 'false', '1', '0']))
      .transform((text) => text === 'true' || text === '1')
      .optional(),
    { ...notes, constraint: 'true or false', wire: { type: 'boolean' } },
  );

/** text takes 1 to `maximum` characters without control characters. */
export const text = (maximum: number, notes: Notes) =>
  noted(
    z
      .string()
      .min(1)
      .max(maximum)
      // oxlint-disable-next-line no-control-regex
      .regex(/^[^\u0000-\u001f\u007f\ufffd]*$/u)
      .optional(),
    {
      ...notes,
      constraint: `text of 1 to ${maximum} characters without control characters`,
      wire: { type: 'string', minLength: 1, maxLength: maximum },
    },
  );

/** pattern takes text of a given form. */
export const pattern = (form: RegExp, constraint: string, notes: Notes) =>
  noted(z.string().regex(form).optional(), { ...notes, constraint, wire: { type: 'string', pattern: form.source } });

/** choice takes one word of a list, in any case. */
export const choice = <const Word extends string>(words: readonly Word[], notes: Notes, preset?: Word) =>
  noted(z.string().toLowerCase().pipe(z.enum(words)).optional(), {
    ...notes,
    constraint: `one of ${words.join(', ')}`,
    wire: { type: 'string', enum: words, ...(preset === undefined ? {} : { default: preset }) },
  });

/** choices takes words of a list, separated by commas, in any case; repetitions collapse. */
export const choices = <const Word extends string>(words: readonly Word[], notes: Notes) =>
  noted(
    z
      .string()
      .transform((text) => [...new Set(text.split(',').map((word) => word.trim().toLowerCase()))])
      .pipe(z.array(z.enum(words)).min(1))
      .optional(),
    {
      ...notes,
      constraint: `a comma-separated list of ${words.join(', ')}`,
      wire: { type: 'array', items: { type: 'string', enum: words } },
      list: true,
    },
  );

const isoForm = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2}))?$/;

/**
 * Which millisecond of what was written an instant is: the first one; the last one of a bare date; the last one of a bare
 * date or of a second without a fraction, for answers that show no fraction.
 */
type Bound = 'from' | 'to' | 'to-second';

const dayLength = 10;

/** lastMsOf is how far the last millisecond of a text lies behind its first. */
const lastMsOf = (given: string, bound: Bound): number => {
  if (bound === 'from') return 0;
  if (given.length === dayLength) return 86_399_999;
  return bound === 'to-second' && !given.includes('.') ? 999 : 0;
};

/**
 * instant takes an ISO 8601 date or date-time with a zone and gives epoch milliseconds. Upper bounds include what they
 * name: `…_to=2024-05-01` that day, and a time to the second its whole second where rows show no more of it.
 */
export const instant = (bound: Bound, notes: Notes) =>
  noted(
    z
      .string()
      .regex(isoForm)
      .transform((given, context) => {
        const ms = Date.parse(given.length === dayLength ? `${given}T00:00:00Z` : given) + lastMsOf(given, bound);
        // Date.parse turns 2024-02-30 into the first of March; a day that does not exist is a typing error here.
        const isReal =
          !Number.isNaN(ms) && new Date(`${given.slice(0, 10)}T00:00:00Z`).toISOString().startsWith(given.slice(0, 10));
        if (!isReal) context.addIssue({ code: 'custom', message: 'no such date' });
        return ms;
      })
      .pipe(z.number())
      .optional(),
    {
      ...notes,
      constraint: 'an ISO 8601 date or date-time with a zone, such as 2024-05-01 or 2024-05-01T12:00:00Z',
      wire: { type: 'string', format: 'date-time' },
    },
  );

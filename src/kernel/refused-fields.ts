import { fail, type AppError } from './errors.ts';

/** What is wrong, by field: a text for what a rule refuses, a list of texts for what a form would not take. */
export type FieldRefusals = Readonly<Record<string, string | readonly string[]>>;

/** refusedFields is the failure `request.invalid_parameter` of an input whose fields are not acceptable; they are its `detail`. */
export const refusedFields = (fields: FieldRefusals): AppError =>
  fail('request.invalid_parameter', {
    message: `Not acceptable: ${Object.keys(fields).join(', ')}`,
    detail: { fields },
  });

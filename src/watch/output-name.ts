import { refusedFields } from '../kernel/index.ts';

/** Names that paths of the surfaces use for something else. */
const reserved = new Set(['add', '.', '..']);
const lengthMax = 255;

/** outputName checks the name of a notification or an automation, which stands in paths. Throws `request.invalid_parameter`. */
export const outputName = (text: string): string => {
  const name = text.trim();
  if (name === '') throw refusedFields({ name: ['This field may not be blank.'] });
  if (name.length > lengthMax) {
    throw refusedFields({ name: [`Ensure this field has no more than ${lengthMax} characters.`] });
  }
  if (reserved.has(name.toLowerCase())) throw refusedFields({ name: ['This name is reserved.'] });
  if (!/^[A-Za-z0-9\-_ ]+$/.test(name)) {
    throw refusedFields({ name: ['Special characters (except dash and underscore) are not accepted'] });
  }
  return name;
};

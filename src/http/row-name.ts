import type { Exchange } from './surface.ts';

/**
 * rowName is a text of a request that may name a row of the control plane. PostgreSQL takes no NUL, even to compare: a text
 * with one becomes the empty text, which names nothing, so that each surface says in its own words that there is none.
 */
export const rowName = (text: string): string => (text.includes('\0') ? '' : text);

/** rowNameIn is the same for a parameter of the path. */
export const rowNameIn = ({ params }: Exchange, parameter: string): string => rowName(params[parameter] ?? '');

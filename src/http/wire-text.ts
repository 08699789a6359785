/**
 * What is kept to be sent again is kept as it goes out: a string whose characters are the bytes of a text in UTF-8. Its
 * length is the one that Content-Length wants, and writing it is a copy, whatever letters it holds. As a string and not as
 * a buffer because head and body of an answer then leave in one piece.
 */

/** wireText gives a text's bytes in UTF-8, one character each. */
export const wireText = (text: string): string => Buffer.from(text).toString('latin1');

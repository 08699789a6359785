/**
 * Letters, digits and marks beyond ASCII: those that a text index may fold, join or split otherwise than lower-casing does.
 * Signs, punctuation and white space separate words everywhere.
 */
// oxlint-disable-next-line no-control-regex -- all of ASCII is meant, control characters too
const letters = /[^\u0000-\u007f\p{Z}\p{P}\p{S}\p{Cc}\p{Cf}]/u;

/** hasFoldingLetters tells whether looking for a piece of the text must look at the text itself. */
export const hasFoldingLetters = (text: string): boolean => letters.test(text);

/** The index cuts words of more than 32 KB off, so it does not know all of a text that could have one. */
const longestKnown = 32_000;

/** textTraits says what the text index cannot be relied on for: 1 letters or marks beyond ASCII, 2 words too long for it. */
export const textTraits = (...texts: readonly (string | null)[]): 0 | 1 | 2 | 3 => {
  const isForeign = texts.some((text) => text !== null && hasFoldingLetters(text));
  const isLong = texts.some((text) => text !== null && text.length > longestKnown);
  return isForeign ? (isLong ? 3 : 1) : isLong ? 2 : 0;
};

/**
 * foldText is how texts are compared without regard to letter case: lower case, with one small sigma. It goes character
 * by character, so a piece of a text is a piece of the folded text.
 */
export const foldText = (text: string): string => text.toLowerCase().replaceAll('ς', 'σ');

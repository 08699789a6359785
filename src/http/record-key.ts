const idStart = 'CVE-'.length;
const numberStart = idStart + 5;
const digitsMax = 9;
const zero = 48;

/**
 * recordKey is a CVE id as the key of a map: one number for nearly all, which is found several times faster than a text
 * that has just been cut out of a path; the text itself where the number has more than nine digits.
 */
export const recordKey = (cveId: string): number | string => {
  const digits = cveId.length - numberStart;
  if (digits > digitsMax) return cveId;
  let year = 0;
  for (let at = idStart; at < numberStart - 1; at += 1) year = year * 10 + cveId.charCodeAt(at) - zero;
  let number = 0;
  for (let at = numberStart; at < cveId.length; at += 1) number = number * 10 + cveId.charCodeAt(at) - zero;
  // The count of digits keeps 0044 and 00044 apart.
  return (year * 10 + digits) * 10 ** digitsMax + number;
};

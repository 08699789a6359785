/**
 * VULNGATE_TEST_SEED repeats the random draws of property tests. `npm test` sets it where CI is true: there a red build must
 * mean that the change broke something, and everywhere else other values are tried each time.
 */
import fc from 'fast-check';

const seed = Number(process.env['VULNGATE_TEST_SEED'] ?? Number.NaN);
if (Number.isSafeInteger(seed)) fc.configureGlobal({ seed });

/** What is known of a set of samples without keeping them. */
export interface Moments {
  readonly count: number;
  readonly mean: number;
  /** Of the sample, with n - 1. */
  readonly variance: number;
}

/** momentsOf takes all samples that are at most `limit`, in one pass that stays exact for long rows (Welford). */
export const momentsOf = (samples: readonly number[], limit = Number.POSITIVE_INFINITY): Moments => {
  let count = 0;
  let mean = 0;
  let squares = 0;
  for (const sample of samples) {
    if (sample > limit) continue;
    count += 1;
    const distance = sample - mean;
    mean += distance / count;
    squares += distance * (sample - mean);
  }
  return { count, mean, variance: count < 2 ? 0 : squares / (count - 1) };
};

/**
 * welchT is Welch's statistic of two sets: how many standard errors their means lie apart. Beyond 4.5 chance is no
 * explanation (about 1 in 150,000 for long rows).
 */
export const welchT = (left: Moments, right: Moments): number => {
  const error = Math.sqrt(left.variance / left.count + right.variance / right.count);
  return error === 0 ? 0 : (left.mean - right.mean) / error;
};

/** quantileOf returns the value that a share (0 to 1) of the samples does not exceed. */
export const quantileOf = (samples: readonly number[], share: number): number => {
  const sorted = Float64Array.from(samples).sort();
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
};

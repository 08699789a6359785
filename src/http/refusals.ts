/**
 * createRefusals gives what refuses requests that cost nothing to refuse. They are answered a turn of the event loop after
 * what has come in was charged: somebody who sends made-up credentials must not be back sooner than those who are served,
 * or a flood gets more turns than its share.
 */
export const createRefusals = (): ((answer: () => void) => void) => {
  let refused: (() => void)[] = [];
  const answerAll = (): void => {
    const answers = refused;
    refused = [];
    for (const answer of answers) answer();
  };
  return (answer) => {
    // The charges of this turn are committed in its own immediate; the second one comes after that.
    if (refused.length === 0) setImmediate(() => setImmediate(answerAll));
    refused.push(answer);
  };
};

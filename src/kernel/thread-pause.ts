/** As many pauses as programs make for one another while they start: 5 s in all. */
export const pausesMax = 500;

const pauseMs = 10;

/** pauseThread holds the thread for a moment: for starts only, where nothing is served yet. */
export const pauseThread = (): void => {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, pauseMs);
};

/** Epoch milliseconds now; injected wherever time matters. */
export type Clock = () => number;

export const systemClock: Clock = () => Date.now();

import { describeAnswer, hasStatus } from './answers.ts';
import { type Check, failed, ok, skipped } from './check.ts';

/**
 * Several times what `GET /health` lets through at once (20, and 10 more each second). It is asked instead of the
 * webhook, whose deliveries a burst would take the room of.
 */
export const BURST = 100;

export const checkThrottling: Check = {
  name: 'throttling',
  run: async ({ api, burst }) => {
    if (!burst) return skipped(`--burst sends ${BURST} requests at once`);
    const answers = await Promise.all(Array.from({ length: BURST }, () => api.send('GET', '/health')));
    const counts = Object.entries(Object.groupBy(answers, describeAnswer));
    const seen = counts.map(([what, some = []]) => `${some.length} times ${what}`).join(', ');
    const isOdd = answers.some((answer) => !hasStatus(answer, 200) && !hasStatus(answer, 429));
    return (answers.some((answer) => hasStatus(answer, 429)) && !isOdd ? ok : failed)(seen);
  },
};

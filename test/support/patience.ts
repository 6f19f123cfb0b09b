import { retry } from '../../src/platform/retry.ts';
import type { Answer, TestApp } from './app.ts';

/** Client settings of who judges: a machine that is busy with other runs must not spoil this one. */
export const PATIENT = {
  maxAttempts: 10,
  requestHandler: { requestTimeout: 10_000, throwOnRequestTimeout: true },
};

/** Six tries within a quarter of a minute. */
const BUSY = { tries: 6, first_ms: 500, longest_ms: 8_000, by_chance: 0 };

/** Asks again where the answer is 503: the read side gives up after seconds, whoever waits. */
export const patient = (app: TestApp): TestApp => ({
  ...app,
  get: (target) =>
    retry(async () => {
      const answer = await app.get(target);
      if (answer.status === 503) throw new Error(`GET ${target} answered 503`);
      return answer;
    }, BUSY),
});

/** Sends a delivery again after a 503, as Jira does: on a busy machine a large one may run out of its time. */
export const deliverAsJira = (app: TestApp, body: string): Promise<Answer> =>
  retry(async () => {
    const answer = await app.deliver(body);
    if (answer.status === 503) throw new Error('the delivery was answered 503');
    return answer;
  }, BUSY);

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isWorthResending, pauseMs, type Reply, sendUntilFinal } from '../../../../src/cli/deliver/send.ts';

const answered = (status: number, retry_after?: string): Reply => ({
  kind: 'answered',
  status,
  retry_after,
  body: '',
});

const REFUSED: Reply = { kind: 'failed', code: 'ECONNREFUSED' };

/** Answers the replies one after the other, then the last one for ever. */
const replay = (replies: Reply[]) => {
  const pauses: number[] = [];
  let sends = 0;
  const send = async (): Promise<Reply> => {
    sends += 1;
    return replies[Math.min(sends, replies.length) - 1] ?? REFUSED;
  };
  const pause = async (ms: number) => void pauses.push(ms);
  return { pauses, run: () => sendUntilFinal(send, pause, () => 1), sends: () => sends };
};

describe('what is sent again', () => {
  it.each([408, 409, 425, 429, 500, 502, 503, 504])('%i is, because Jira Cloud sends it again', (status) => {
    expect(isWorthResending(answered(status))).toBe(true);
  });

  it.each([200, 202, 301, 400, 401, 403, 404, 405, 410, 413, 422])(
    '%i is not, because it is final for Jira',
    (status) => {
      expect(isWorthResending(answered(status))).toBe(false);
    },
  );

  it('a connection that failed is, because nothing was answered', () => {
    expect(isWorthResending(REFUSED)).toBe(true);
  });
});

describe('the pause before it', () => {
  it('doubles each time, because a receiver in trouble needs more of it', () => {
    expect([0, 1, 2, 3, 4].map((resend) => pauseMs(resend, REFUSED, 1))).toEqual([
      250, 500, 1000, 2000, 4000,
    ]);
  });

  it('is half by chance, because concurrent senders must not come back together', () => {
    expect(pauseMs(1, REFUSED, 0)).toBe(250);
  });

  it('honours a Retry-After only up to 2 s, because somebody waits at the terminal', () => {
    expect(pauseMs(0, answered(503, '1'), 0)).toBe(1000);
    expect(pauseMs(0, answered(503, '30'), 0)).toBe(2000);
  });

  it('stays within its bounds whatever Retry-After says, because it is text of somebody else', () => {
    fc.assert(
      fc.property(
        fc.nat(4),
        fc.string(),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (resend, text, chance) => {
          const ms = pauseMs(resend, answered(503, text), chance);
          expect(ms).toBeGreaterThanOrEqual(125);
          expect(ms).toBeLessThanOrEqual(4000);
        },
      ),
    );
  });
});

describe('sending until the answer is final', () => {
  it('stops at the first final answer, because sending it again would change nothing', async () => {
    const { run, pauses } = replay([answered(503), REFUSED, answered(202)]);
    expect(await run()).toMatchObject({ reply: { status: 202 }, sends: 3 });
    expect(pauses).toEqual([250, 500]);
  });

  it('sends again five times at most, because then it needs a person', async () => {
    const { run, sends, pauses } = replay([answered(503)]);
    expect(await run()).toMatchObject({ reply: { status: 503 }, sends: 6 });
    expect(sends()).toBe(6);
    expect(pauses).toEqual([250, 500, 1000, 2000, 4000]);
  });

  it('sends a refused delivery once, because a 401 stays a 401', async () => {
    const { run } = replay([answered(401), answered(202)]);
    expect(await run()).toMatchObject({ reply: { status: 401 }, sends: 1 });
  });
});

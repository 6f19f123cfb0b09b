import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { depth, some } from '../support/depth.ts';
import { useEngine } from '../support/use-engine.ts';
import { FULL_HISTORY, histories, play } from './rotation/histories.ts';
import { HOUR, MINUTE, type Receivers, SECOND, startReceivers } from './rotation/receivers.ts';

const engine = useEngine();

beforeAll(async () => {
  vi.stubEnv('AWS_REGION', 'eu-central-1');
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIDEXAMPLE');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'example');
});

afterAll(async () => {
  vi.unstubAllEnvs();
});

const OLD = 'the secret so far';

type Scenario = { name: string; document?: object; run(receivers: Receivers): Promise<void> };

/** Deliveries around an instant that lies `ms` ahead: before, at and after it. */
const streamAround = async (receivers: Receivers, ms: number): Promise<void> => {
  receivers.idle(ms - 40 * SECOND);
  await receivers.stream(80 * SECOND, 10 * SECOND);
};

const SCENARIOS: Scenario[] = [
  {
    name: 'a rotation, to after the end of the grace',
    run: async (receivers) => {
      await receivers.stream(2 * MINUTE, 20 * SECOND);
      await receivers.begin();
      await receivers.stream(2 * MINUTE, 10 * SECOND);
      await receivers.finish(OLD);
      await receivers.stream(7 * MINUTE, 20 * SECOND);
      await streamAround(receivers, 24 * HOUR - 7 * MINUTE);
      expect(receivers.model.expected(OLD)).toBe('refused');
    },
  },
  {
    name: 'a rotation that is finished as soon as one delivery used it',
    run: async (receivers) => {
      await receivers.stream(0, SECOND);
      await receivers.begin();
      await receivers.stream(0, SECOND);
      await receivers.finish(OLD);
      await receivers.stream(6 * MINUTE, 7 * SECOND);
    },
  },
  {
    name: 'a rotation that is taken back, and then done',
    run: async (receivers) => {
      await receivers.stream(MINUTE, 20 * SECOND);
      const first = await receivers.begin();
      await receivers.stream(3 * MINUTE, 20 * SECOND);
      await receivers.abort();
      await receivers.stream(2 * MINUTE, 20 * SECOND);
      await receivers.begin();
      await expect(receivers.finish(OLD)).rejects.toThrow('Not yet: deliveries count from');
      await receivers.stream(6 * MINUTE, 20 * SECOND);
      expect(receivers.model.expected(first)).toBe('refused');
      await receivers.finish(OLD);
      await receivers.stream(6 * MINUTE, 20 * SECOND);
    },
  },
  {
    name: 'a rotation whose grace is 0 hours, because the old secret is known to a thief',
    run: async (receivers) => {
      await receivers.stream(MINUTE, 20 * SECOND);
      await receivers.begin();
      await receivers.stream(MINUTE, 20 * SECOND);
      await receivers.finish(OLD, 0);
      await receivers.stream(7 * MINUTE, 10 * SECOND);
      expect(receivers.model.expected(OLD)).toBe('refused');
    },
  },
  {
    name: 'two rotations, the second begun in the grace of the first',
    run: async (receivers) => {
      const second = await receivers.begin();
      await receivers.stream(MINUTE, 20 * SECOND);
      await receivers.finish(OLD);
      await receivers.stream(6 * MINUTE, 30 * SECOND);
      await receivers.begin();
      await receivers.stream(MINUTE, 20 * SECOND);
      await expect(receivers.finish(second)).rejects.toThrow('was promised to verify until');
      await streamAround(receivers, 24 * HOUR);
      await receivers.finish(second);
      await receivers.stream(6 * MINUTE, 30 * SECOND);
      await streamAround(receivers, 24 * HOUR);
      expect(receivers.model.expected(second)).toBe('refused');
    },
  },
  {
    name: 'a rotation in the grace of an overwrite by hand',
    run: async (receivers) => {
      await receivers.stream(2 * MINUTE, 20 * SECOND);
      receivers.overwrite({ jira_webhook_secret: 'by hand' });
      receivers.model.end(OLD, receivers.clock() + 24 * HOUR);
      await receivers.stream(MINUTE, 20 * SECOND);
      receivers.model.show('by hand');
      await receivers.stream(6 * MINUTE, 20 * SECOND);
      receivers.idle(20 * HOUR);
      await receivers.begin();
      await receivers.stream(6 * MINUTE, 20 * SECOND);
      await expect(receivers.finish('by hand')).rejects.toThrow('was promised to verify until');
      await streamAround(receivers, 4 * HOUR);
      await receivers.finish('by hand');
      await receivers.stream(6 * MINUTE, 20 * SECOND);
    },
  },
  {
    name: 'a rotation of base64 keys',
    document: {
      jira_webhook_secret: Buffer.from(OLD).toString('base64'),
      jira_webhook_secret_encoding: 'base64',
    },
    run: async (receivers) => {
      await receivers.stream(MINUTE, 20 * SECOND);
      await receivers.begin();
      await receivers.stream(MINUTE, 20 * SECOND);
      await receivers.finish(OLD);
      await receivers.stream(6 * MINUTE, 10 * SECOND);
    },
  },
];

describe('several receivers under constant deliveries', () => {
  it.each(some(2, SCENARIOS))(
    'refuse no valid delivery and take no other in $name',
    { tags: ['deep'] },
    async ({ document, run }) => {
      const receivers = await startReceivers(engine.endpoint, document ?? { jira_webhook_secret: OLD });
      receivers.model.show(OLD);
      try {
        await run(receivers);
        expect(receivers.wrong).toEqual([]);
        expect(receivers.answers.accepted).toBeGreaterThan(50);
        expect(receivers.answers.refused).toBeGreaterThan(50);
      } finally {
        await receivers.close();
      }
    },
  );
});

describe('any history of rotations', () => {
  it('refuses no valid delivery, takes no other, and promotes no secret that nobody used', {
    tags: ['deep'],
    timeout: 120_000,
  }, async () => {
    const check = fc.asyncProperty(histories, async (moves) => {
      expect((await play(moves)).wrong).toEqual([]);
    });
    await fc.assert(check, { numRuns: depth(2, 12) });
  });

  it('is played in earnest, because steps that are all refused would prove nothing', async () => {
    expect(await play(FULL_HISTORY)).toEqual({ wrong: [], steps: { done: 5, refused: 2 } });
  });
});

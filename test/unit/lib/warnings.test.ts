import { Annotations, Match } from 'aws-cdk-lib/assertions';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { synthStack } from './synth-stack.ts';

// Synth shows them to people as well.
beforeAll(() => void vi.spyOn(console, 'error').mockImplementation(() => {}));
afterAll(() => void vi.restoreAllMocks());

const warningsOf = (values: Record<string, unknown>): string[] =>
  Annotations.fromStack(synthStack(values).stack)
    .findWarning('*', Match.anyValue())
    .map(({ entry }) => String(entry.data).replace(/ \[ack: .*/, ''));

const alarmEmail = 'ops@example.com';

describe('a warning', () => {
  it('is given of production without an address for alarms, because nobody would notice an outage', () => {
    expect(warningsOf({ stage: 'prod' })).toEqual([
      'alarmEmail is not set: alarms reach only people who subscribe by hand.',
    ]);
  });

  it('is given of more reserved concurrency than an account has, because the deploy fails half-way', () => {
    expect(warningsOf({ stage: 'prod', alarmEmail, throttleRate: '880' })).toEqual([
      "throttleRate 880 sets 906 concurrent runs aside. Of an account's standard 1000, 100 must stay unreserved: without a larger quota the deploy fails.",
    ]);
  });

  it.each([
    ['what just fits', { stage: 'prod', alarmEmail, throttleRate: '874' }],
    ['a trial', { throttleRate: '5000' }],
  ])('is not given of %s, because warnings of nothing are not read', (_, values) => {
    expect(warningsOf(values)).toEqual([]);
  });
});

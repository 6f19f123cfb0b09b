import { describe, expect, it } from 'vitest';
import { UnavailableError } from '../../../src/errors/errors.ts';
import { pingWithin } from '../../../src/manage/subscriptions/try.ts';

const message = { task: 'ping', tenant_id: 'retail', subscription_id: 'sub_AAAAAAAAAAAAAAAAAAAAAA' } as const;

const NO_ANSWER = {
  status: null,
  duration_ms: 20,
  error: 'no answer within 0.02 s',
  response_headers: {},
  response_body: null,
};

describe('a ping that takes longer than the gateway waits', () => {
  it('is answered in time, whether or not what sends listens to its signal', async () => {
    expect(await pingWithin(20, () => new Promise(() => {}), message)).toEqual(NO_ANSWER);
    const obedient = (_: object, signal: AbortSignal) =>
      new Promise<never>((_resolve, reject) => {
        signal.addEventListener('abort', () => reject(new UnavailableError('send function', signal.reason)));
      });
    expect(await pingWithin(20, obedient, message)).toEqual(NO_ANSWER);
  });

  it('is a fault where what sends fails before, because nothing is known of the target', async () => {
    const fault = new UnavailableError('send function', new Error('down'));
    await expect(pingWithin(20_000, () => Promise.reject(fault), message)).rejects.toBe(fault);
  });
});

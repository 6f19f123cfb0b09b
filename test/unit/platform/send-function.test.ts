import { LambdaClient } from '@aws-sdk/client-lambda';
import { describe, expect, it } from 'vitest';
import type { SendMessage } from '../../../src/contract/send-message.ts';
import { openSendFunction } from '../../../src/platform/send-function.ts';

const HINT: SendMessage = {
  task: 'send',
  tenant_id: 'retail',
  subscription_id: 'sub_1',
  execution_ids: ['exe_1'],
};
const PING = { task: 'ping', tenant_id: 'retail', subscription_id: 'sub_1' } as const;
const ANSWER = { status: 204, duration_ms: 7, error: null, response_headers: {}, response_body: '' };

/** The function with what Lambda was asked, and what it answers. */
const openWith = (answer: object) => {
  const asked: object[] = [];
  const client = new LambdaClient({ region: 'us-east-1' });
  client.middlewareStack.add(
    () => async (args) => {
      asked.push(args.input);
      return { output: { $metadata: {}, ...answer }, response: {} };
    },
    { step: 'initialize', priority: 'high' },
  );
  return { ...openSendFunction('jira-send', client), asked };
};

const bytes = (value: unknown): Uint8Array => Buffer.from(JSON.stringify(value));

describe('the send function', () => {
  it('is given a hint to work on later, because whoever publishes does not wait for a target', async () => {
    const { hint, asked } = openWith({ StatusCode: 202 });
    await hint(HINT);
    expect(asked).toEqual([
      { FunctionName: 'jira-send', InvocationType: 'Event', Payload: Buffer.from(JSON.stringify(HINT)) },
    ]);
  });

  it('is asked for a ping and its answer', async () => {
    const { ping, asked } = openWith({ StatusCode: 200, Payload: bytes(ANSWER) });
    expect(await ping(PING, AbortSignal.timeout(1_000))).toEqual(ANSWER);
    expect(asked).toMatchObject([{ InvocationType: 'RequestResponse' }]);
  });

  it.each([
    ['that fails', { FunctionError: 'Unhandled', Payload: bytes({ errorMessage: 'canary' }) }],
    ['that answers nothing', {}],
  ])('%s is no answer, and nothing of what it says gets further', async (_, answer) => {
    const { ping } = openWith({ StatusCode: 200, ...answer });
    const fault: unknown = await ping(PING, AbortSignal.timeout(1_000)).catch((thrown: unknown) => thrown);
    expect(fault).toBeInstanceOf(Error);
    expect(String(fault)).not.toContain('canary');
  });
});

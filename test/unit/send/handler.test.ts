import { describe, expect, it } from 'vitest';
import type { SendMessage } from '../../../src/contract/send-message.ts';
import { createSendHandler } from '../../../src/send/open-send.ts';

const PONG = { status: 200, duration_ms: 3, error: null, response_headers: {}, response_body: null };

const heard: SendMessage[] = [];
const handler = createSendHandler({
  send: async (message) => {
    heard.push(message);
    return { end: 'left', sent: 2 };
  },
  ping: async (message) => {
    heard.push(message);
    return PONG;
  },
});

describe('what the send function is asked', () => {
  it('is to send, or to ping, and nothing else, because whoever may invoke it may still be wrong', async () => {
    const send = { task: 'send', tenant_id: 'retail', subscription_id: 'sub_1', execution_ids: ['exe_1'] };
    const ping = { task: 'ping', tenant_id: 'retail', subscription_id: 'sub_1' };
    expect(await handler(send)).toEqual({ end: 'left', sent: 2 });
    expect(await handler(ping)).toEqual(PONG);
    expect(heard).toEqual([send, ping]);
    for (const wrong of [{}, null, 'send', { ...send, task: 'erase' }, { ...send, execution_ids: 'exe_1' }])
      await expect(handler(wrong)).rejects.toThrow();
    expect(heard.length).toBe(2);
  });
});

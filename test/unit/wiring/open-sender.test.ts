import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { readEnv } from '../../../src/contract/env.ts';
import { UnavailableError } from '../../../src/errors/errors.ts';
import { openSender } from '../../../src/wiring/open-sender.ts';

const HINT = { task: 'send' as const, tenant_id: 'retail', subscription_id: 'sub_1', execution_ids: [] };
const PING = { task: 'ping', tenant_id: 'retail', subscription_id: 'sub_1' } as const;

const open = () => {
  const lines: Record<string, unknown>[] = [];
  const log = pino({}, { write: (line: string) => void lines.push(JSON.parse(line)) });
  return { ...openSender(readEnv({}), { log }), lines };
};

describe('the sender of a process', () => {
  it('is the one it is given, because a laptop has no function to call', () => {
    const { hint, ping } = open();
    const log = pino({ level: 'silent' });
    const sender = { hint, ping };
    expect(openSender(readEnv({ SEND_FUNCTION_NAME: 'send' }), { log, sender })).toBe(sender);
  });

  it('forgets a hint that it cannot give, and says so, because the schedule comes by anyway', async () => {
    const { hint, lines } = open();
    await hint(HINT);
    expect(lines).toMatchObject([
      { level: 40, tenant_id: 'retail', subscription_id: 'sub_1', msg: 'a hint to send was lost' },
    ]);
  });

  it('says that a ping could not be made, because a person waits for its answer', async () => {
    await expect(open().ping(PING, AbortSignal.timeout(1_000))).rejects.toThrow(UnavailableError);
  });
});

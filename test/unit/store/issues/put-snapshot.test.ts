import { marshall } from '@aws-sdk/util-dynamodb';
import { describe, expect, it } from 'vitest';
import { NO_FIELDS } from '../../../../src/domain/issue.ts';
import { putSnapshot, type SnapshotWrite } from '../../../../src/store/issues/put-snapshot.ts';
import { onScripted, type Script } from '../../../support/scripted-database.ts';

const REFUSED = 'ConditionalCheckFailedException';

const UPDATED = '2026-11-29T00:00:02.000Z';

const write: SnapshotWrite = {
  tenant: 'default',
  issue_id: '10042',
  version: { updated_ms: 2_000, timestamp_ms: 2_000, event_id: 'evt_2' },
  fields: { ...NO_FIELDS, issue_key: 'ABC-1', updated_at: UPDATED, phoenix_updated_at: UPDATED },
  body: Buffer.from('compressed'),
  keys: ['ABC-1'],
  keys_are_new: false,
};

const put = (script: Script) =>
  onScripted(script, async (table, { calls }) => {
    const outcome = await putSnapshot({ table, signal: AbortSignal.timeout(10_000) }, write);
    return { outcome, calls: calls.map(({ operation }) => operation) };
  });

describe('an update of an issue that was never seen', () => {
  it('reads nothing, because a refusal without a row says that there is none', async () => {
    const { outcome, calls } = await put((_operation, _body, call) => (call === 1 ? REFUSED : {}));
    expect(outcome).toBe('applied');
    expect(calls).toEqual(['UpdateItem', 'PutItem', 'UpdateItem']);
  });

  it('is stale where a server hands back no row and there is a newer one, because it is asked then', async () => {
    const newer = { updated_ms: 3_000, timestamp_ms: 3_000, event_id: 'evt_3' };
    const { outcome, calls } = await put((operation) => {
      if (operation === 'UpdateItem') return REFUSED;
      return operation === 'GetItem' ? { Item: marshall(newer) } : {};
    });
    expect(outcome).toBe('stale');
    expect(calls).toEqual(['UpdateItem', 'PutItem', 'UpdateItem', 'GetItem']);
  });
});

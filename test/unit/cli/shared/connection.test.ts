import { afterEach, describe, expect, it, vi } from 'vitest';
import { withStore } from '../../../../src/cli/shared/connection.ts';
import { UnavailableError } from '../../../../src/errors/errors.ts';
import { getItem } from '../../../../src/store/calls/table.ts';

/** The discard service's port: nobody listens there. */
const NOWHERE = { table: 'jira', endpoint: 'http://127.0.0.1:9' };

const signal = AbortSignal.timeout(10_000);

afterEach(() => vi.unstubAllEnvs());

describe('a command at the named table', () => {
  it('answers what the work comes to', async () => {
    expect(await withStore(NOWHERE, async (store, place) => [store.table.name, place.endpoint])).toEqual([
      'jira',
      'http://127.0.0.1:9',
    ]);
  });

  it('says that nothing listens there, because that is what people get wrong most', async () => {
    const work = withStore(NOWHERE, ({ table }) => getItem({ table, signal }, { pk: 'a', sk: 'b' }));
    await expect(work).rejects.toThrow(
      'The table jira at http://127.0.0.1:9 could not be used: nothing is listening there (ECONNREFUSED)',
    );
  });

  it('says which part failed and how, where it has no words of its own for it', async () => {
    const fault = Object.assign(new Error('no'), { code: 'EIO' });
    const work = withStore(NOWHERE, () => Promise.reject(new UnavailableError('artifacts', fault)));
    await expect(work).rejects.toThrow('The artifact store could not be used: EIO');
  });

  it('passes every other fault on, because it is no fault of the place', async () => {
    const fault = new Error('our own');
    await expect(withStore(NOWHERE, () => Promise.reject(fault))).rejects.toBe(fault);
  });

  it('refuses artifacts whose place nobody names, before it looks in a wrong one', async () => {
    const far = { table: 'jira', endpoint: 'http://database.example' };
    const reads = withStore(far, ({ rawBodies }) => rawBodies.get('evt_1', signal));
    await expect(reads).rejects.toThrow('The location of large raw bodies is unknown');
    const writes = withStore(far, ({ artifacts }) => artifacts.put('a', Buffer.from('b'), signal));
    await expect(writes).rejects.toThrow('The location of large raw bodies is unknown');
  });

  it('takes the bucket that the environment names', async () => {
    vi.stubEnv('ARTIFACTS_BUCKET', 'a-bucket');
    const artifacts = await withStore(NOWHERE, async (_store, place) => place.artifacts);
    expect(artifacts).toEqual({ bucket: 'a-bucket' });
  });
});

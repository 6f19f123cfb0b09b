import { describe, expect, it } from 'vitest';
import { readEnv } from '../../../../src/contract/env.ts';
import { forgetIssue, rememberKeys } from '../../../../src/correlate/run/forget-issue.ts';
import { openCorrelation } from '../../../../src/correlate/run/open-correlation.ts';
import { createLogger } from '../../../../src/platform/logger.ts';
import { onScripted, type Script } from '../../../support/scripted-database.ts';

const on = (script: Script, work: (deps: ReturnType<typeof openCorrelation>) => Promise<void>) =>
  onScripted(script, async (table, { calls }) => {
    const log = createLogger(readEnv({ LOG_LEVEL: 'silent' }));
    const opened = openCorrelation(readEnv({}), { clock: () => 0, log });
    await work({ ...opened, table });
    return calls.map(({ operation }) => operation);
  });

const UNREADABLE = { pk: { S: 'E#evt_1' }, sk: { S: 'E' }, body: { S: 'no event' } };

describe('the keys of an issue that is to be erased', () => {
  it('are not written down while the table is away, because the erasure has to be run again then', async () => {
    const script: Script = () => 'InternalServerError';
    const work = on(script, (deps) => rememberKeys(deps, '1', []));
    await expect(work).rejects.toMatchObject({ dependency: 'table' });
  });

  it('are none of an event that cannot be read, because it can be erased all the same', async () => {
    const script: Script = (_operation, _body, call) =>
      call === 1 ? { Responses: { jira: [UNREADABLE] } } : 'InternalServerError';
    const work = on(script, (deps) => rememberKeys(deps, '1', ['evt_1']));
    await expect(work).rejects.toMatchObject({ dependency: 'table' });
  });
});

describe('an erased issue', () => {
  it('leaves nothing to take away where it was never looked at', async () => {
    const calls = await on(
      () => ({}),
      (deps) => forgetIssue(deps, '1'),
    );
    expect(calls.filter((operation) => !operation.includes('Get'))).toEqual([]);
  });
});

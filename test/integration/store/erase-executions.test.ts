import { ScanCommand } from '@aws-sdk/lib-dynamodb';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { executionIdOf } from '../../../src/domain/execution.ts';
import { embeddedConfig } from '../../../src/local/aws-config.ts';
import { createDocumentClient, createDynamoDb } from '../../../src/platform/dynamodb.ts';
import type { Table } from '../../../src/store/calls/table.ts';
import { claimExecution, finishAttempt } from '../../../src/store/executions/change-execution.ts';
import { eraseExecutions, eraseExecutionsOfIssue } from '../../../src/store/executions/erase-executions.ts';
import { putExecution } from '../../../src/store/executions/executions.ts';
import { eraseIssue } from '../../../src/store/issues/erase-issue.ts';
import { createTable } from '../../support/app.ts';
import { someAttempt, someEventId, someExecution } from '../../support/executions.ts';
import { type FaultProxy, startFaultProxy } from '../../support/fault-proxy.ts';
import { useEngine } from '../../support/use-engine.ts';

const engine = useEngine();
let name: string;
let table: Table;
let proxy: FaultProxy;
const newSignal = () => AbortSignal.timeout(60_000);
const NOW = Date.UTC(2026, 10, 22, 19, 30, 0);

const tableAt = (endpoint: string): Table => ({
  client: createDynamoDb(embeddedConfig(endpoint)),
  documentClient: createDocumentClient(embeddedConfig(endpoint)),
  name,
});

beforeAll(async () => {
  proxy = await startFaultProxy(engine.endpoint);
  return () => proxy.close();
});

beforeEach(async () => {
  proxy.heal();
  name = await createTable(engine.endpoint);
  table = tableAt(engine.endpoint);
});

const near = () => ({ table, signal: newSignal() });

const make = async (differing: Parameters<typeof someExecution>[0] = {}) => {
  const execution = someExecution(differing);
  await putExecution(near(), execution);
  return execution;
};

const claim = async (execution: ReturnType<typeof someExecution>) => {
  const claimed = await claimExecution(near(), execution, { owner: 'a', now_ms: NOW, until_ms: NOW + 1 });
  if (claimed === null) throw new Error('not claimed');
  return claimed;
};

const sent = async (execution: ReturnType<typeof someExecution>) => {
  const claimed = await claim(execution);
  const after = { ...claimed, status: 'completed', due_ms: null } as const;
  expect(await finishAttempt(near(), claimed, someAttempt(), after)).toBe('written');
};

const keysLeft = async (): Promise<string[]> => {
  const { Items = [] } = await table.documentClient.send(new ScanCommand({ TableName: name }));
  return Items.map(({ pk, sk }) => `${pk} ${sk}`).toSorted();
};

describe('erasing what was sent of an event', () => {
  it('takes executions, repetitions and attempts of all subscriptions, and nothing of another event', async () => {
    const event_id = someEventId();
    const first = await make({ event_id });
    await sent(first);
    await sent(await make({ event_id }));
    await make({ ...first, execution_id: executionIdOf(event_id, first.subscription_id, 1) });
    await eraseExecutions(near, event_id);
    expect(await keysLeft()).toEqual([]);
    await sent(await make());
    await eraseExecutions(near, event_id);
    expect(await keysLeft()).toHaveLength(2);
  });

  it('leaves no attempt of a target that answers meanwhile, because its answer may be about a person', async () => {
    const execution = await make();
    const claimed = await claim(execution);
    // The lane writes when the erasure has read what there is.
    proxy.fail({ kind: 'slow', ms: 300 }, { operations: ['DeleteItem'], times: 1 });
    const struck = proxy.nextStrike();
    const erased = eraseExecutions(
      () => ({ table: tableAt(proxy.endpoint), signal: newSignal() }),
      execution.event_id,
    );
    await struck;
    const after = { ...claimed, status: 'completed', due_ms: null } as const;
    await finishAttempt(near(), claimed, someAttempt(), after);
    await erased;
    expect(await keysLeft()).toEqual([]);
    expect(await finishAttempt(near(), claimed, someAttempt(), after)).toBe('lost');
    expect(await keysLeft()).toEqual([]);
  });
});

describe('erasing an issue', () => {
  const erase = (at: Table, event_ids: string[], names: { issue_id: string | null; keys: string[] }) => {
    const bodies = { put: async () => {}, get: async () => null, remove: async () => {} };
    return eraseIssue(at, bodies, { tenant: 'retail', event_ids, ...names }, () => {}, newSignal);
  };

  it('takes what was published of its events while they were erased, and leaves other issues', async () => {
    const [listed, late, named] = [someEventId(), someEventId(), someEventId()];
    await sent(await make({ event_id: listed, issue_id: '7', issue_key: 'OPS-7' }));
    await sent(await make({ event_id: late, issue_id: '7', issue_key: 'OPS-7' }));
    await make({ event_id: named, issue_id: null, issue_key: 'OLD-7' });
    const other = await make({ issue_id: '8', issue_key: 'OPS-7' });
    await make({ tenant_id: 'default', issue_id: '7' });
    await erase(table, [listed], { issue_id: '7', keys: ['OPS-7', 'OLD-7'] });
    const left = await keysLeft();
    expect(left).toHaveLength(2);
    expect(left.join('\n')).toContain(other.event_id.slice(4));
  });

  it('goes on where it ended, before and after each of its deletions', async () => {
    const event_ids = [someEventId(), someEventId()];
    const names = { issue_id: '7', keys: ['OPS-7'] };
    let died = 0;
    for (let skip = 0; ; skip += 1) {
      for (const event_id of event_ids) await sent(await make({ event_id, issue_id: '7' }));
      proxy.heal();
      proxy.fail({ kind: 'reset' }, { operations: ['DeleteItem'], skip });
      const ended = await erase(tableAt(proxy.endpoint), event_ids, names).then(
        () => 'done',
        () => 'died',
      );
      await erase(table, event_ids, names);
      expect(await keysLeft()).toEqual([]);
      if (ended === 'done') break;
      died += 1;
    }
    // An execution, an attempt, what became of it and the event, twice, and the issue's fields.
    expect(died).toBe(9);
  });

  it('finds what is left of its events when these are gone already', async () => {
    await sent(await make({ issue_id: '7' }));
    const walk = { table, tenant: 'retail', newSignal };
    await eraseExecutionsOfIssue(walk, { issue_id: '7', keys: [] });
    expect(await keysLeft()).toEqual([]);
  });
});

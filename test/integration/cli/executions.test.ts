import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Execution } from '../../../src/domain/execution.ts';
import { executionIdOf } from '../../../src/domain/execution.ts';
import { claimExecution, finishAttempt } from '../../../src/store/executions/change-execution.ts';
import { putExecution } from '../../../src/store/executions/executions.ts';
import { someAttempt, someEventId, someExecution } from '../../support/executions.ts';
import { startTestInstance, type TestInstance } from './instance.ts';
import { type Ended, runCli } from './run-cli.ts';

let instance: TestInstance;
const now = Date.now();

beforeAll(async () => {
  instance = await startTestInstance();
});

afterAll(() => instance.stop());

const run = (...args: string[]): Promise<Ended> =>
  runCli('executions', [...args, '--instance-file', instance.instanceFile]);

const place = () => ({ table: instance.events.table, signal: AbortSignal.timeout(30_000) });

let tenants = 0;

/** A tenant with a subscription that waits, so that nothing is sent, and what puts executions of it. */
const newTeam = async (name = 'Agents') => {
  const tenant_id = `team-${++tenants}`;
  const tenant = ['--tenant', tenant_id];
  const subscriptions = (...args: string[]) =>
    runCli('subscriptions', [...args, ...tenant, '--instance-file', instance.instanceFile]);
  const made = await subscriptions('add', '--url', 'https://93.184.216.34/', '--name', name);
  expect(made).toMatchObject({ code: 0, stderr: '' });
  const subscription_id = /sub_[\w-]{22}/.exec(made.stdout)?.[0] ?? '';
  await subscriptions('pause', name);
  const put = async (differing: Partial<Execution> = {}): Promise<Execution> => {
    const execution = someExecution({ tenant_id, subscription_id, created_ms: now, ...differing });
    expect(await putExecution(place(), execution)).toBe('made');
    return execution;
  };
  return { tenant, put, subscription_id };
};

const FAILED = { status: 'failed', tries: 4, due_ms: null, completed_ms: now } as const;

describe('a list', () => {
  it('shows the newest first, with names, and only what is asked for', async () => {
    const { tenant, put } = await newTeam();
    const older = await put({ ...FAILED, created_ms: now - 60_000 });
    const newer = await put({ issue_key: 'OPS-2' });
    const { stdout } = await run('list', ...tenant);
    const [, first, second, ...others] = stdout.trimEnd().split('\n');
    expect(first).toMatch(
      new RegExp(
        `^\\S+Z +queued, paused +OPS-2 +jira:issue_updated +normal +0 +Agents +${newer.execution_id}$`,
      ),
    );
    expect(second).toMatch(new RegExp(`^\\S+Z +failed +OPS-1 .* 4 +Agents +${older.execution_id}$`));
    expect(others).toEqual([]);
    const failed = await run('list', ...tenant, '--status', 'failed', '--subscription', 'Agents', '--json');
    expect(JSON.parse(failed.stdout)).toMatchObject([{ execution_id: older.execution_id }]);
    const limited = await run('list', ...tenant, '--limit', '1', '--json');
    expect(JSON.parse(limited.stdout)).toMatchObject([{ execution_id: newer.execution_id }]);
    expect((await run('list', ...tenant, '--date', '2020-01-01')).stdout).toBe('No executions.\n');
  });
});

describe('one execution', () => {
  it('is shown with its attempts, and without what would change the terminal', async () => {
    const { tenant, put } = await newTeam();
    const execution = await put();
    const claimed = await claimExecution(place(), execution, {
      owner: 'a lane',
      now_ms: now,
      until_ms: now + 45_000,
    });
    if (claimed === null) throw new Error('nobody else claims it');
    const attempt = someAttempt({
      ...{ at_ms: now, status: 500, error: 'answered 500' },
      ...{ response_headers: { 'x-trace': 'abc' }, response_body: 'no\x1b[2Jthing' },
    });
    const after = { ...claimed, ...FAILED, tries: 1 };
    expect(await finishAttempt(place(), claimed, attempt, after)).toBe('written');
    const { code, stdout } = await run('show', execution.execution_id, ...tenant);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^status +failed$/m);
    expect(stdout).toMatch(/^\S+Z +500 +\d+ ms +answered 500$/m);
    expect(stdout).toContain('no?[2Jthing');
  });

  it('is queued again after it failed, and cancelled while it waits', async () => {
    const { tenant, put } = await newTeam();
    const { execution_id } = await put(FAILED);
    const retried = await run('retry', execution_id, ...tenant);
    expect([retried.code, retried.stdout]).toEqual([
      0,
      `Queued: npm run executions -- show ${execution_id}\n`,
    ]);
    const again = await run('retry', execution_id, ...tenant);
    expect([again.code, again.stderr]).toEqual([1, expect.stringContaining('The execution is queued')]);
    expect((await run('cancel', execution_id, ...tenant)).code).toBe(0);
    const shown = await run('show', execution_id, '--json', ...tenant);
    expect(JSON.parse(shown.stdout)).toMatchObject({ status: 'cancelled', attempts: [] });
    expect((await run('cancel', execution_id, ...tenant)).stderr).toContain('only a queued one');
  });
});

describe('what a delivery was answered', () => {
  it('shows all executions of its event', async () => {
    const delivered = await runCli('deliver', ['issue-created', ...instance.deliverTo]);
    const event_id = /evt_[0-9a-f]{40}/.exec(delivered.stdout)?.[0] ?? '';
    const short = executionIdOf(event_id, '').slice(0, 'exe_'.length + 40);
    const { code, stdout } = await run('show', short);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^status +unmatched$/m);
    expect((await run('list', '--event', event_id)).stdout).toBe('No executions.\n');
    expect((await run('list', '--issue', 'DEMO-1')).code).toBe(0);
  });
});

describe('retrying many', () => {
  it('asks, and queues what failed again, and nothing else', async () => {
    const { tenant, put, subscription_id } = await newTeam();
    const failed = [];
    for (let n = 0; n < 3; n++) failed.push(await put({ ...FAILED, created_ms: now - n * 1_000 }));
    const old = await put({ ...FAILED, created_ms: now - 7_200_000 });
    const args = ['retry', ...tenant, '--subscription', 'Agents', '--since', '1h'];
    const asked = await run(...args);
    expect([asked.code, asked.stdout]).toEqual([2, '']);
    expect(asked.stderr).toMatch(/^Retry 3 failed executions of "Agents" made since 20\S+Z\?$/m);
    const { code, stdout } = await run(...args, '--yes');
    expect([code, stdout]).toEqual([0, 'Queued again: 3 of 3.\n']);
    const of = ['list', ...tenant, '--subscription', subscription_id, '--json'];
    const queued = JSON.parse((await run(...of, '--status', 'queued')).stdout);
    expect(queued.map((one: Execution) => one.execution_id)).toEqual(
      failed.map(({ execution_id }) => execution_id),
    );
    expect(JSON.parse((await run(...of, '--status', 'failed')).stdout)).toMatchObject([
      { execution_id: old.execution_id },
    ]);
    expect((await run(...args, '--yes')).stdout).toMatch(/^There are no failed executions/);
  });
});

describe('what people do wrong', () => {
  const someId = executionIdOf(someEventId(), `sub_${'a'.repeat(22)}`);

  it.each([
    [['show'], 2, 'show needs an execution: its id'],
    [['show', 'evt_1'], 2, 'That is no execution'],
    [['show', someId], 1, `there is no execution ${someId}`],
    [['retry'], 2, 'retry needs an execution, or --since'],
    [['retry', someId, '--since', '1h'], 2, 'Give either an execution, or --since'],
    [['retry', '--since', 'yesterday'], 2, '--since must be 30m'],
    [
      ['retry', '--since', '1h', '--status', 'queued'],
      2,
      'Executions that are queued are retried automatically',
    ],
    [['retry', '--since', '1h', '--subscription', 'Nobody'], 1, 'no subscription with the id or name Nobody'],
    [['cancel', someId], 1, 'there is no execution'],
    [['list', '--status', 'done'], 2, 'Allowed choices are queued'],
    [['list', '--issue', 'A-1', '--date', '2026-11-22'], 2, 'go with no other choice'],
    [['list', '--date', 'today'], 1, 'date'],
    [['watch', '--date', '2026-11-22'], 2, '--date is for list only'],
    [['list', someId], 2, 'list takes no execution'],
  ])('%j ends with %i and says %j', async (args, code, words) => {
    const ended = await run(...args, '--tenant', 'team-of-mistakes');
    expect(ended).toMatchObject({ code, stdout: '' });
    expect(ended.stderr).toContain(words);
    expect(ended.stderr).not.toMatch(/^ {4}at /m);
  });
});

import { beforeAll, describe, expect, it } from 'vitest';
import type { TestApp } from '../../support/app.ts';
import { startCorrelation } from '../../support/correlation.ts';
import { some } from '../../support/depth.ts';
import { type Fault, startFaultProxy } from '../../support/fault-proxy.ts';
import { useEngine } from '../../support/use-engine.ts';
import { derivedRows, processingOf } from './derived.ts';
import { check, prepareScenario, type Scenario, through } from './scenario.ts';

const LIMIT_MS = 120_000;
const ALL_HANDLED = { batchItemFailures: [] };

const FAULTS: Record<string, Fault> = {
  'server errors': { kind: 'error', status: 500, type: 'InternalServerError' },
  throttling: { kind: 'error', status: 400, type: 'ProvisionedThroughputExceededException' },
  'cut connections': { kind: 'reset' },
  'lost answers': { kind: 'lost', cut: 'before' },
};

const READS = ['BatchGetItem', 'Query'];
const WRITES = ['PutItem', 'BatchWriteItem'];

/** What became of events is written in batches, and one by one where that fails. */
const ofStatus = (body: string): boolean => /"sk":\{"S":"P"\}/.test(body);

/** More than the client's own three tries: one of ours is lost too. */
const HITS = 5;

const PASSING = [...READS, ...WRITES].flatMap((operation) =>
  Object.keys(FAULTS).map((fault) => ({ operation, fault })),
);

const engine = useEngine();
let prepare: Awaited<ReturnType<typeof prepareScenario>>;
let quietRows: string[];

beforeAll(async () => {
  prepare = await prepareScenario(engine.endpoint);
  const { app, records } = await prepare();
  using correlation = startCorrelation(app);
  expect(await correlation.run(records)).toEqual(ALL_HANDLED);
  quietRows = await derivedRows(app);
});

const eventIds = ({ records }: Scenario): string[] =>
  records.flatMap(({ dynamodb }) => {
    const pk = dynamodb?.Keys?.pk?.S ?? '';
    return pk.startsWith('E#') ? [pk.slice(2)] : [];
  });

const statusesOf = async (app: TestApp, scenario: Scenario): Promise<string[]> => {
  const all = eventIds(scenario).map(async (id) => (await processingOf(app, id)).status);
  return [...new Set(await Promise.all(all))];
};

/** Runs the records while every call of these operations fails. */
const runBroken = async (
  scenario: Scenario,
  operations: string[],
  when: (body: string) => boolean = () => true,
) => {
  const proxy = await startFaultProxy(engine.endpoint);
  using broken = through(scenario.app, proxy);
  proxy.fail({ kind: 'error', status: 500, type: 'InternalServerError' }, { operations, when });
  const answer = await broken.run(scenario.records);
  await proxy.close();
  return { answer, documents: broken.documents(), lines: broken.lines };
};

const runWell = async ({ app, records }: Scenario): Promise<void> => {
  using correlation = startCorrelation(app);
  expect(await correlation.run(records)).toEqual(ALL_HANDLED);
  expect(await derivedRows(app)).toEqual(quietRows);
  await check(app);
};

describe('faults of the table that pass', () => {
  it.concurrent.each(some(2, PASSING))(
    '$fault of $operation end as if there had been none',
    { tags: ['deep'], timeout: LIMIT_MS },
    async ({ operation, fault }) => {
      const { app, records } = await prepare();
      const proxy = await startFaultProxy(engine.endpoint);
      using correlation = through(app, proxy);
      const spoilt = FAULTS[fault];
      if (spoilt) proxy.fail(spoilt, { operations: [operation], times: HITS });
      expect(await correlation.run(records)).toEqual(ALL_HANDLED);
      expect(proxy.struck).toBe(HITS);
      await proxy.close();
      expect(await derivedRows(app)).toEqual(quietRows);
      await check(app);
      expect(correlation.documents()).toHaveLength(1);
    },
  );
});

describe('faults of the table that last', () => {
  it.concurrent.each(some(1, ['Query', 'PutItem']))(
    'of %s park all events without a word of a payload, hold up nothing, and the same records end right later',
    { tags: ['deep'], timeout: LIMIT_MS },
    async (operation) => {
      const scenario = await prepare();
      const { answer, documents, lines } = await runBroken(scenario, [operation]);
      expect(answer).toEqual(ALL_HANDLED);
      expect(documents).toEqual([]);
      expect(await statusesOf(scenario.app, scenario)).toEqual(['failed']);
      const { body } = await scenario.app.get('/stats');
      expect(body.failed).toBe(eventIds(scenario).length);
      const { reason } = await processingOf(scenario.app, eventIds(scenario)[0]);
      expect(reason).toBe('table unavailable: InternalServerError');
      expect(JSON.stringify(lines)).not.toMatch(/ABC-|XYZ-|acme|invoices/);
      await runWell(scenario);
      expect((await scenario.app.get('/stats')).body.failed).toBe(0);
    },
  );

  it.concurrent(
    'of BatchGetItem report every record, because the events cannot even be read',
    async () => {
      const scenario = await prepare();
      const { answer } = await runBroken(scenario, ['BatchGetItem']);
      expect(answer.batchItemFailures).toHaveLength(scenario.records.length);
      await runWell(scenario);
    },
    LIMIT_MS,
  );

  it.concurrent(
    'of all that writes a status report every event, because nothing could be written down of it',
    async () => {
      const scenario = await prepare();
      const { answer } = await runBroken(scenario, ['BatchWriteItem', 'UpdateItem'], ofStatus);
      const sequences = scenario.records.flatMap(({ dynamodb }) =>
        dynamodb?.Keys?.sk?.S === 'E' ? [dynamodb.SequenceNumber] : [],
      );
      expect(answer.batchItemFailures.map(({ itemIdentifier }) => itemIdentifier)).toEqual(sequences);
      expect(await statusesOf(scenario.app, scenario)).toEqual(['pending']);
      await runWell(scenario);
    },
    LIMIT_MS,
  );

  it.concurrent(
    'of what writes many statuses cost more calls, and nothing else, because each is written alone then',
    async () => {
      const scenario = await prepare();
      const { answer } = await runBroken(scenario, ['BatchWriteItem'], ofStatus);
      expect(answer).toEqual(ALL_HANDLED);
      expect(await derivedRows(scenario.app)).toEqual(quietRows);
      await check(scenario.app);
    },
    LIMIT_MS,
  );

  it.concurrent(
    'of BatchWriteItem park what needs it, and the same records end right later',
    async () => {
      const scenario = await prepare();
      const { answer } = await runBroken(scenario, ['BatchWriteItem']);
      expect(answer).toEqual(ALL_HANDLED);
      expect(await statusesOf(scenario.app, scenario)).toContain('failed');
      await runWell(scenario);
    },
    LIMIT_MS,
  );
});

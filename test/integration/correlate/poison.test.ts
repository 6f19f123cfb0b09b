import { beforeEach, describe, expect, it } from 'vitest';
import { UnavailableError } from '../../../src/errors/errors.ts';
import { compress } from '../../../src/platform/codec.ts';
import { eventKey, refKey, snapshotKey } from '../../../src/store/calls/keys.ts';
import { startApp, type TestApp } from '../../support/app.ts';
import { startCorrelation, type TestCorrelation } from '../../support/correlation.ts';
import { noise } from '../../support/seed.ts';
import { setBody } from '../../support/set-body.ts';
import { useEngine } from '../../support/use-engine.ts';
import { runCli } from '../cli/run-cli.ts';
import { commit, commitsBody, issueBody, shaOf } from './bodies.ts';
import { bareStories, commitsOf, processingOf } from './derived.ts';
import { asBatch, eventRecord } from './records.ts';

const ALL_HANDLED = { batchItemFailures: [] };

/** Words of the payloads that no reason and no log line may hold. */
const PAYLOAD = /paymentsecret|acme|ABC-|issue \d/i;

const engine = useEngine();
let app: TestApp;
let correlation: TestCorrelation;

beforeEach(async () => {
  app = await startApp({ endpoint: engine.endpoint });
  correlation = startCorrelation(app);
  return () => correlation[Symbol.dispose]();
});

const deliverCommits = async (...commits: object[]): Promise<string> =>
  String((await app.deliverCommits('commits', commitsBody(...commits))).body.event_id);

const deliverIssue = async (id: string, key: string): Promise<string> =>
  String((await app.deliver(issueBody(id, key, 1))).body.event_id);

/** A delivery whose body does not fit into an item. */
const deliverLarge = (): Promise<string> =>
  deliverCommits(commit(7, `ABC-1 ${noise(500_000).toString('base64')}`), commit(8, 'paymentsecret ABC-3'));

const replayParked = () =>
  runCli('replay', ['--parked', '--yes', '--table', app.events.table.name, '--endpoint', engine.endpoint], {
    ARTIFACTS_DIR: correlation.folder,
  });

const failedCount = async (): Promise<unknown> => (await app.get('/stats')).body.failed;

describe('an event whose stored body cannot be read', () => {
  it('is parked with a reason, while the others of its batch are handled and in the document', async () => {
    const poison = await deliverCommits(commit(1, 'paymentsecret ABC-1'));
    const good = await deliverCommits(commit(2, 'paymentsecret ABC-2'));
    await deliverIssue('2', 'ABC-2');
    const body = await setBody(app, eventKey(poison), Buffer.from('paymentsecret'));
    expect(await correlation.run()).toEqual(ALL_HANDLED);
    expect(await commitsOf(app, 'ABC-2')).toEqual(['2 message']);
    expect(correlation.latest().correlation.matched).toMatchObject([{ issue_id: '2' }]);
    expect(await processingOf(app, good)).toMatchObject({ status: 'processed', reason: null });
    expect(await failedCount()).toBe(1);
    const alarm = correlation.lines.filter(({ alarm }) => alarm === 'processing-failed');
    expect(alarm).toMatchObject([
      { event_ids: [poison], reason: 'the stored event cannot be read: body does not fit' },
    ]);
    expect(JSON.stringify(correlation.lines)).not.toMatch(PAYLOAD);

    await setBody(app, eventKey(poison), body);
    expect(await processingOf(app, poison)).toMatchObject({
      status: 'failed',
      attempts: 1,
      first_at: expect.stringMatching(/Z$/),
      last_at: expect.stringMatching(/Z$/),
      reason: 'the stored event cannot be read: body does not fit',
    });
  });

  it('is taken up by a replay of what is parked once it can be read, and is parked no more', async () => {
    const poison = await deliverCommits(commit(1, 'ABC-1'));
    const body = await setBody(app, eventKey(poison), Buffer.from('garbage'));
    await correlation.run();
    await correlation.run([eventRecord(await deliverIssue('1', 'ABC-1'))]);
    expect(await replayParked()).toMatchObject({ code: 1 });
    expect(await failedCount()).toBe(1);
    await setBody(app, eventKey(poison), body);
    expect(await replayParked()).toMatchObject({ code: 0 });
    expect(await failedCount()).toBe(0);
    expect(await commitsOf(app, 'ABC-1')).toEqual(['1 message']);
    expect(await processingOf(app, poison)).toMatchObject({ status: 'processed', attempts: 2, reason: null });
    expect(await replayParked()).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/no matching event/i),
    });
  });

  it('delays nothing for ever, however often its records come again', async () => {
    const poison = await deliverCommits(commit(1, 'ABC-1'));
    await setBody(app, eventKey(poison), Buffer.from('garbage'));
    for (let times = 0; times < 3; times += 1) expect(await correlation.run()).toEqual(ALL_HANDLED);
    expect(await failedCount()).toBe(1);
  });
});

describe('an event whose raw body lies in the artifact store', () => {
  it('is parked when the body is missing there, and says so', async () => {
    const large = await deliverLarge();
    const good = await deliverCommits(commit(2, 'ABC-2'));
    const raw = await app.events.rawBodies.get(large, AbortSignal.timeout(5_000));
    await app.events.rawBodies.remove(large, AbortSignal.timeout(5_000));
    expect(await correlation.run()).toEqual(ALL_HANDLED);
    expect(await processingOf(app, large)).toMatchObject({
      status: 'failed',
      reason: 'its raw body is missing in the artifact store',
    });
    expect(await processingOf(app, good)).toMatchObject({ status: 'processed' });
    expect(raw).not.toBeNull();
  });

  it('is tried three times while the store does not answer, then parked, and holds up no other', async () => {
    const large = await deliverLarge();
    const good = await deliverCommits(commit(2, 'ABC-2'));
    await deliverIssue('2', 'ABC-2');
    let tried = 0;
    const rawBodies = {
      ...app.events.rawBodies,
      get: () => {
        tried += 1;
        return Promise.reject(new UnavailableError('artifacts', new Error('paymentsecret')));
      },
    };
    using shut = startCorrelation(app, { rawBodies });
    expect(await shut.run()).toEqual(ALL_HANDLED);
    expect(tried).toBe(3);
    expect(await commitsOf(app, 'ABC-2')).toEqual(['2 message']);
    expect(await processingOf(app, good)).toMatchObject({ status: 'processed' });
    expect(await processingOf(app, large)).toMatchObject({
      status: 'failed',
      attempts: 3,
      reason: 'artifacts unavailable: Error',
    });
    expect(await correlation.run([eventRecord(large)])).toEqual(ALL_HANDLED);
    expect(await processingOf(app, large)).toMatchObject({ status: 'processed', attempts: 4 });
  });
});

describe('an issue whose rows cannot be read', () => {
  it('is parked, and the commits and the document of others are as if it were not there', async () => {
    const poison = await deliverIssue('1', 'ABC-1');
    await deliverIssue('2', 'ABC-2');
    await deliverCommits(commit(2, 'ABC-2'));
    await setBody(app, { pk: 'I#default#1', sk: 'S' }, Buffer.from('garbage'));
    expect(await correlation.run()).toEqual(ALL_HANDLED);
    expect(await processingOf(app, poison)).toMatchObject({ status: 'failed', attempts: 3 });
    expect(correlation.latest().issues.map(({ issue_id }) => issue_id)).toEqual(['2']);
    expect(await commitsOf(app, 'ABC-2')).toEqual(['2 message']);
  });

  it('keeps its unreadable commit out of the way of the document that all others wait for', async () => {
    await deliverIssue('1', 'ABC-1');
    const many = Array.from({ length: 120 }, (_, index) => commit(100 + index, 'ABC-1'));
    await deliverCommits(...many);
    expect(await correlation.run()).toEqual(ALL_HANDLED);
    // The last of its commits: whether it is a story without any is known before that one is read.
    await setBody(
      app,
      refKey('default', { kind: 'commit', repository: 'acme/shop', id: shaOf(219) }),
      'garbage',
    );
    const poison = String((await app.deliver(issueBody('1', 'ABC-1', 2))).body.event_id);
    const good = await deliverIssue('2', 'ABC-2');
    const records = asBatch([eventRecord(poison), eventRecord(good)]);
    expect(await correlation.run(records)).toEqual(ALL_HANDLED);
    expect(await processingOf(app, good)).toMatchObject({ status: 'processed' });
    expect(await processingOf(app, poison)).toMatchObject({ status: 'failed' });
    expect(correlation.latest().issues.map(({ issue_id }) => issue_id)).toEqual(['2']);
    expect(await bareStories(app)).toEqual(['ABC-2']);
  });
});

describe('an item the table refuses', () => {
  it('parks the issue it belongs to and no other', async () => {
    const { body } = await app.deliver(issueBody('1', 'ABC-1', 1));
    // No delivery brings a project so long any more: a sort key has 1,024 bytes at most.
    const { last_event, ...fields } = (await app.get('/issues/1')).body;
    const spoilt = { fields: { ...fields, project_key: 'X'.repeat(1_100) }, last_event };
    await setBody(app, snapshotKey('default', '1'), compress(JSON.stringify(spoilt)));
    const good = await deliverIssue('2', 'ABC-2');
    expect(await correlation.run()).toEqual(ALL_HANDLED);
    expect(await processingOf(app, body.event_id)).toMatchObject({
      status: 'failed',
      attempts: 3,
      reason: 'the table refused an item: ValidationException',
    });
    expect(await processingOf(app, good)).toMatchObject({ status: 'processed' });
    expect(await bareStories(app)).toEqual(['ABC-2']);
  });
});

import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { artifactsIn, latestKey } from '../../../src/correlate/documents/artifact-store.ts';
import { UnavailableError } from '../../../src/errors/errors.ts';
import { objectsInBucket } from '../../../src/platform/objects.ts';
import { bytesOf, documentOf, runIdOf } from '../../support/run-documents.ts';
import type { FakeS3, S3Fault } from '../../support/s3.ts';
import { BUCKET, startBucket } from './bucket-of-tests.ts';

const HOME = { tenant: 'default', home: 'default' };
const LATEST_KEY = latestKey(HOME);

const LATEST = `/${BUCKET}/${LATEST_KEY}`;

let s3: FakeS3;

beforeAll(async () => {
  s3 = await startBucket();
});

beforeEach(() => {
  s3.heal();
  s3.objects.clear();
  s3.seen.length = 0;
  s3.puts.length = 0;
});

afterAll(async () => {
  vi.unstubAllEnvs();
  await s3.close();
});

const signal = (): AbortSignal => AbortSignal.timeout(20_000);
const run = (nth: number): Buffer => bytesOf(documentOf(runIdOf(nth)));
const replaceBy = (nth: number, until = signal()) =>
  artifactsIn(objectsInBucket(BUCKET)).replaceIfNewer(LATEST_KEY, run(nth), runIdOf(nth), until);

/** The runs that were ever the latest, in order. */
const history = (): string[] =>
  s3.puts.filter(({ path }) => path === LATEST).map(({ body }) => JSON.parse(body.toString()).run_id);

const putHeaders = () =>
  s3.seen.filter(({ request }) => request.startsWith('PUT ')).map((one) => one.headers);

describe('a write to the bucket', () => {
  it('says that it is JSON, because a browser shows it then', async () => {
    await artifactsIn(objectsInBucket(BUCKET)).put('artifacts/a.json', run(1), signal());
    await replaceBy(1);
    expect(putHeaders().map((headers) => headers['content-type'])).toEqual([
      'application/json',
      'application/json',
    ]);
  });

  it('of the latest holds only for what was read, because others write too', async () => {
    await replaceBy(1);
    await replaceBy(2);
    const conditions = putHeaders().map((headers) => [headers['if-none-match'], headers['if-match']]);
    expect(conditions).toEqual([
      ['*', undefined],
      [undefined, expect.stringMatching(/^"[0-9a-f]{32}"$/)],
    ]);
  });
});

describe('a writer of the latest', () => {
  /** The SDK and we draw how long to wait before another try: here always the shortest time, which is none. */
  beforeEach(() => {
    const random = vi.spyOn(Math, 'random').mockReturnValue(0);
    return () => random.mockRestore();
  });

  it('lets a newer run have the place that came in between', async () => {
    s3.objects.set(LATEST, run(1));
    s3.fail({ kind: 'overtaken', by: run(7) }, 1, 'PUT');
    expect(await replaceBy(5)).toBe(false);
    expect(history()).toEqual([runIdOf(7)]);
  });

  it.each([1, 2])('follows an older run that came in between %i times', async (times) => {
    s3.fail({ kind: 'overtaken', by: run(3) }, times, 'PUT');
    expect(await replaceBy(5)).toBe(true);
    expect(history()).toEqual([...Array(times).fill(runIdOf(3)), runIdOf(5)]);
  });

  it('compares again while S3 says that two writes are under way', async () => {
    s3.fail({ kind: 'error', status: 409, code: 'ConditionalRequestConflict' }, 2, 'PUT');
    expect(await replaceBy(5)).toBe(true);
    expect(history()).toEqual([runIdOf(5)]);
  });

  it('compares again when what it read was removed before it wrote', async () => {
    s3.objects.set(LATEST, run(1));
    s3.fail({ kind: 'error', status: 404, code: 'NoSuchKey' }, 1, 'PUT');
    expect(await replaceBy(5)).toBe(true);
    expect(history()).toEqual([runIdOf(5)]);
  });

  it('gives up when it is overtaken every time, because the next attempt of its caller will do', async () => {
    s3.fail({ kind: 'error', status: 412, code: 'PreconditionFailed' }, Number.POSITIVE_INFINITY, 'PUT');
    await expect(replaceBy(5)).rejects.toThrow('artifacts unavailable: PreconditionFailed');
    expect(putHeaders().length).toBeGreaterThan(5);
    expect(putHeaders().length).toBeLessThan(20);
  });

  it.each([1, 2])('knows its own write whose answer was lost %i times', async (times) => {
    s3.fail({ kind: 'lost' }, times, 'PUT');
    expect(await replaceBy(5)).toBe(true);
    expect(history()).toEqual([runIdOf(5)]);
  });

  it('knows its own write in its next attempt, when the first one never got an answer', async () => {
    s3.fail({ kind: 'lost' }, 3, 'PUT');
    await expect(replaceBy(5)).rejects.toThrow(UnavailableError);
    s3.heal();
    expect(await replaceBy(5)).toBe(true);
    expect(history()).toEqual([runIdOf(5)]);
  });

  it('does not come back over a newer run after its answer was lost', async () => {
    s3.fail({ kind: 'lost', thenBy: run(7) }, 1, 'PUT');
    expect(await replaceBy(5)).toBe(false);
    expect(history()).toEqual([runIdOf(5), runIdOf(7)]);
  });

  const passing: [string, S3Fault][] = [
    ['SlowDown', { kind: 'error', status: 503, code: 'SlowDown' }],
    ['InternalError', { kind: 'error', status: 500, code: 'InternalError' }],
    ['a cut connection', { kind: 'reset' }],
    ['a slow answer', { kind: 'slow', ms: 50 }],
  ];

  it.each(passing)('survives %s, reading and writing, because the SDK tries again', async (_, fault) => {
    for (const [nth, method] of ['GET', 'PUT'].entries()) {
      s3.fail(fault, 2, method);
      expect(await replaceBy(nth + 1)).toBe(true);
    }
    expect(history()).toEqual([runIdOf(1), runIdOf(2)]);
  });

  it.each([
    [503, 'SlowDown'],
    [403, 'AccessDenied'],
    [404, 'NoSuchBucket'],
  ])('is unavailable with %i %s, and does not take it for an empty place', async (status, code) => {
    s3.objects.set(LATEST, run(7));
    for (const method of ['GET', 'PUT']) {
      s3.fail({ kind: 'error', status, code }, Number.POSITIVE_INFINITY, method);
      await expect(replaceBy(9)).rejects.toMatchObject({ dependency: 'artifacts' });
    }
    expect(history()).toEqual([]);
  });

  it('ends when its time is up, because S3 may never answer', async () => {
    s3.fail({ kind: 'hang' });
    await expect(replaceBy(1, AbortSignal.timeout(100))).rejects.toThrow(UnavailableError);
  });
});

describe('many writers of the latest', () => {
  const troubles: [string, S3Fault | null, number][] = [
    ['no trouble', null, 0],
    ['slow answers', { kind: 'slow', ms: 5 }, 30],
    ['lost answers', { kind: 'lost' }, 2],
    ['a throttled bucket', { kind: 'error', status: 503, code: 'SlowDown' }, 2],
    ['conflicts', { kind: 'error', status: 409, code: 'ConditionalRequestConflict' }, 8],
  ];

  it.each(troubles)('never let it go back under %s, and end at the greatest', async (_, fault, times) => {
    if (fault) s3.fail(fault, times, 'PUT');
    const runs = [6, 13, 2, 9, 16, 1, 11, 4, 15, 8, 3, 14, 7, 12, 5, 10];
    const said = await Promise.all(runs.map((nth) => replaceBy(nth)));
    expect(said[runs.indexOf(16)]).toBe(true);
    const latest = history();
    expect(latest).toEqual([...new Set(latest)].sort());
    expect(latest.at(-1)).toBe(runIdOf(16));
  });
});

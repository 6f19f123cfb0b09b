import { existsSync, readdirSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { objectsInFolder } from '../../../src/platform/objects-in-folder.ts';
import { type RawBodies, rawBodiesIn } from '../../../src/store/events/put-event.ts';
import { type Dependencies, startDependencies } from '../../support/dependencies.ts';
import type { FakeS3, S3Fault } from '../../support/s3.ts';
import { noise } from '../../support/seed.ts';
import { temporaryFolder } from '../../support/server-process.ts';

const ID = 'evt_0123456789abcdef0123456789abcdef01234567';

let world: Dependencies;
let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let s3: FakeS3;
let inBucket: RawBodies;

const stores = (): Record<string, RawBodies> => ({
  bucket: inBucket,
  folder: rawBodiesIn(objectsInFolder(folder.path)),
});

const store = (name: string): RawBodies => {
  const found = stores()[name];
  if (!found) throw new Error(`no store ${name}`);
  return found;
};

const signal = (): AbortSignal => AbortSignal.timeout(10_000);

beforeAll(async () => {
  [world, folder] = await Promise.all([startDependencies(), temporaryFolder()]);
  const { dependency, open } = await world.withS3();
  s3 = dependency;
  inBucket = open().events.rawBodies;
});

afterEach(() => s3.heal());

afterAll(async () => {
  await Promise.all([world.close(), folder.remove()]);
});

describe.each(['bucket', 'folder'])('raw bodies in the %s', (name) => {
  it('come back as they went in, whatever bytes they are', async () => {
    const bodies = [Buffer.alloc(0), Buffer.from([0, 255, 13, 10]), noise(3_000_000)];
    for (const body of bodies) {
      await store(name).put(ID, body, false, signal());
      expect((await store(name).get(ID, signal()))?.equals(body)).toBe(true);
    }
  });

  it('may be put by many at the same time, because the same delivery comes twice', async () => {
    const body = noise(500_000);
    await Promise.all(Array.from({ length: 5 }, () => store(name).put(ID, body, false, signal())));
    expect((await store(name).get(ID, signal()))?.equals(body)).toBe(true);
  });

  it('are null where there are none, and may be removed twice', async () => {
    await store(name).put(ID, Buffer.from('to be removed'), false, signal());
    await store(name).remove(ID, signal());
    await store(name).remove(ID, signal());
    expect(await store(name).get(ID, signal())).toBeNull();
  });
});

describe('raw bodies in the folder', () => {
  it('leave no other file behind, because each would hold a body that nobody removes', async () => {
    await store('folder').put(ID, noise(1_000), false, signal());
    expect(readdirSync(`${folder.path}/artifacts/raw`)).toEqual([ID]);
    expect(existsSync(`${folder.path}/artifacts/raw/${ID}`)).toBe(true);
  });
});

describe('raw bodies in the bucket', () => {
  it('lie under artifacts/raw/ and the event id, where people look for them', async () => {
    await store('bucket').put(ID, Buffer.from('here'), false, signal());
    expect([...s3.objects]).toEqual([[`/artifacts-of-the-tests/artifacts/raw/${ID}`, Buffer.from('here')]]);
  });

  it.each([true, false])(
    'are tagged with quarantined=%s, because the bucket keeps some longer',
    async (quarantined) => {
      s3.seen.length = 0;
      await store('bucket').put(ID, Buffer.from('here'), quarantined, signal());
      expect(s3.seen.map(({ headers }) => headers['x-amz-tagging'])).toEqual([`quarantined=${quarantined}`]);
    },
  );

  const passing: [string, S3Fault][] = [
    ['SlowDown', { kind: 'error', status: 503, code: 'SlowDown' }],
    ['InternalError', { kind: 'error', status: 500, code: 'InternalError' }],
    ['a cut connection', { kind: 'reset' }],
    ['an answer lost after the write', { kind: 'lost' }],
  ];

  it.each(passing)('survive %s once, because the SDK tries again', async (_what, fault) => {
    const body = noise(500_000);
    s3.fail(fault, 1);
    await store('bucket').put(ID, body, false, signal());
    expect(s3.objects.get(`/artifacts-of-the-tests/artifacts/raw/${ID}`)?.equals(body)).toBe(true);
  });

  it.each(['AccessDenied', 'NoSuchBucket'])('are unavailable with %s, not missing', async (code) => {
    s3.fail({ kind: 'error', status: code === 'AccessDenied' ? 403 : 404, code });
    const all = [
      store('bucket').get(ID, signal()),
      store('bucket').put(ID, Buffer.alloc(1), false, signal()),
    ];
    for (const result of await Promise.allSettled(all))
      expect(result).toMatchObject({ status: 'rejected', reason: { dependency: 'artifacts' } });
  });
});

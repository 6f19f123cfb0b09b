import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  type ArtifactStore,
  artifactsIn,
  latestKey,
} from '../../../src/correlate/documents/artifact-store.ts';
import { UnavailableError } from '../../../src/errors/errors.ts';
import { objectsInBucket } from '../../../src/platform/objects.ts';
import { objectsInFolder } from '../../../src/platform/objects-in-folder.ts';
import { bytesOf, documentOf, runIdOf } from '../../support/run-documents.ts';
import type { FakeS3 } from '../../support/s3.ts';
import { temporaryFolder } from '../../support/server-process.ts';
import { BUCKET, startBucket } from './bucket-of-tests.ts';

const HOME = { tenant: 'default', home: 'default' };
const LATEST_KEY = latestKey(HOME);

/** A store, and what lies in it without going through the store. */
type Tested = {
  store: ArtifactStore;
  plant(key: string, bytes: Buffer): Promise<void>;
  look(key: string): Promise<Buffer | undefined>;
};

let s3: FakeS3;
let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let places = 0;

const inBucket = (): Tested => ({
  store: artifactsIn(objectsInBucket(BUCKET)),
  plant: async (key, bytes) => void s3.objects.set(`/${BUCKET}/${key}`, bytes),
  look: async (key) => s3.objects.get(`/${BUCKET}/${key}`),
});

const inFolder = (path: string): Tested => ({
  store: artifactsIn(objectsInFolder(path)),
  plant: async (key, bytes) => {
    await mkdir(dirname(join(path, key)), { recursive: true });
    await writeFile(join(path, key), bytes);
  },
  look: (key) => readFile(join(path, key)).catch(() => undefined),
});

/** An empty one. */
const open = (name: string): Tested => {
  places += 1;
  s3.objects.clear();
  return name === 'bucket' ? inBucket() : inFolder(join(folder.path, String(places)));
};

const signal = (): AbortSignal => AbortSignal.timeout(20_000);
const run = (nth: number): Buffer => bytesOf(documentOf(runIdOf(nth)));

beforeAll(async () => {
  [s3, folder] = await Promise.all([startBucket(), temporaryFolder()]);
});

afterAll(async () => {
  vi.unstubAllEnvs();
  await Promise.all([s3.close(), folder.remove()]);
});

describe.each(['bucket', 'folder'])('artifacts in the %s', (name) => {
  let tested: Tested;

  beforeEach(() => {
    tested = open(name);
  });

  it('lie there as they were put, and again as they were put last', async () => {
    for (const bytes of [Buffer.alloc(0), Buffer.from([0, 255, 13, 10]), run(1)]) {
      await tested.store.put('artifacts/a.json', bytes, signal());
      expect((await tested.look('artifacts/a.json'))?.equals(bytes)).toBe(true);
    }
  });

  const broken: [string, Buffer][] = [
    ['empty', Buffer.alloc(0)],
    ['cut off in the middle', run(9).subarray(0, 200)],
    ['no document', Buffer.from('"hello"')],
    ['a document without a ULID', Buffer.from('{"run_id":"zzzzzzzzzzzzzzzzzzzzzzzzzz"}')],
  ];

  it.each(broken)('are replaced when the latest is %s, because no run is behind that', async (_, bytes) => {
    await tested.plant(LATEST_KEY, bytes);
    expect(await tested.store.replaceIfNewer(LATEST_KEY, run(1), runIdOf(1), signal())).toBe(true);
    expect(await tested.look(LATEST_KEY)).toEqual(run(1));
  });

  it('are first when nothing is there', async () => {
    expect(await tested.store.replaceIfNewer(LATEST_KEY, run(1), runIdOf(1), signal())).toBe(true);
    expect(await tested.look(LATEST_KEY)).toEqual(run(1));
  });

  it.each([
    [4, false, 5],
    [5, true, 5],
    [6, true, 6],
  ])(
    'of run %i beside run 5 say %s and leave run %i, because latest never goes back',
    async (nth, said, left) => {
      await tested.plant(LATEST_KEY, run(5));
      expect(await tested.store.replaceIfNewer(LATEST_KEY, run(nth), runIdOf(nth), signal())).toBe(said);
      expect(await tested.look(LATEST_KEY)).toEqual(run(left));
    },
  );

  it('end at the greatest run, whoever writes at once in whatever order', async () => {
    const order = fc.shuffledSubarray([1, 2, 3, 4, 5, 6, 7, 8, 9, 10], { minLength: 10 });
    const property = fc.asyncProperty(order, async (runs) => {
      const { store, look } = open(name);
      const write = (nth: number) => store.replaceIfNewer(LATEST_KEY, run(nth), runIdOf(nth), signal());
      const said = await Promise.all(runs.map(write));
      expect(said[runs.indexOf(10)]).toBe(true);
      expect(await look(LATEST_KEY)).toEqual(run(10));
    });
    await fc.assert(property, { numRuns: 8 });
  });

  it('are unavailable when time is up, and nothing is written then', async () => {
    const late = AbortSignal.abort();
    await expect(tested.store.put('artifacts/a.json', run(1), late)).rejects.toThrow(UnavailableError);
    const replaced = tested.store.replaceIfNewer(LATEST_KEY, run(1), runIdOf(1), late);
    await expect(replaced).rejects.toMatchObject({ dependency: 'artifacts' });
    expect([await tested.look('artifacts/a.json'), await tested.look(LATEST_KEY)]).toEqual([
      undefined,
      undefined,
    ]);
  });
});

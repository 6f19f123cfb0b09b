import { mkdir, readdir, readFile, realpath, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { artifactsIn, latestKey, latestSummaryKey } from '../../../src/correlate/documents/artifact-store.ts';
import { UnavailableError } from '../../../src/errors/errors.ts';
import { objectsInFolder } from '../../../src/platform/objects-in-folder.ts';
import { withProcessLock } from '../../../src/platform/process-lock.ts';
import { some } from '../../support/depth.ts';
import { randomOf } from '../../support/random.ts';
import { bytesOf, documentOf, runIdOf } from '../../support/run-documents.ts';
import { publishedValidator } from '../../support/schemas.ts';
import { SEED } from '../../support/seed.ts';
import { temporaryFolder } from '../../support/server-process.ts';
import { startWriter } from './writers.ts';

const HOME = { tenant: 'default', home: 'default' };
const LATEST_KEY = latestKey(HOME);
const LATEST_SUMMARY_KEY = latestSummaryKey(HOME);

const documentErrors = publishedValidator('run-document');
const summaryErrors = publishedValidator('latest-summary');

let all: Awaited<ReturnType<typeof temporaryFolder>>;
let root: string;
let folder: string;
let folders = 0;

beforeAll(async () => {
  all = await temporaryFolder();
  root = await realpath(all.path);
});

beforeEach(() => {
  folders += 1;
  folder = join(root, String(folders));
});

afterAll(() => all.remove());

/** A process is killed in each; its runs are newer than those of the rounds before. */
const ROUNDS = some(1, [1, 2, 3, 4, 5, 6]).toSorted();

const signal = (): AbortSignal => AbortSignal.timeout(20_000);
const run = (nth: number): Buffer => bytesOf(documentOf(runIdOf(nth)));
const artifacts = () => join(folder, 'artifacts/issues/wave3/jira_webhook');

const read = async (key: string) => JSON.parse(await readFile(join(folder, key), 'utf8'));

const names = async (): Promise<string[]> => {
  try {
    return await readdir(artifacts());
  } catch {
    return [];
  }
};

/** A document, or what a crash may leave beside it. */
const NAME = /^(\d{8}T\d{9}-[0-9A-Z]{26}|latest|latest_summary)\.json(\.[0-9a-f-]{36}\.part)?$/;

const isLatest = (name: string) => name.startsWith('latest');

/** What any reader must be able to count on, whenever it looks: every `*.json` is whole and valid. */
const expectAllWhole = async (): Promise<void> => {
  for (const name of (await names()).filter((one) => one.endsWith('.json'))) {
    const validate = name === 'latest_summary.json' ? summaryErrors : documentErrors;
    expect([name, validate(await read(join('artifacts/issues/wave3/jira_webhook', name)))]).toEqual([
      name,
      [],
    ]);
  }
};

/** Reads the latest ones until stopped; answers every run it saw, in order, and every name. */
const observe = () => {
  let stopped = false;
  const seen: Record<string, string[]> = { [LATEST_KEY]: [], [LATEST_SUMMARY_KEY]: [] };
  const listed = new Set<string>();
  const look = async (key: string) => {
    const text = await readFile(join(folder, key), 'utf8').catch(() => null);
    if (text !== null) seen[key]?.push(JSON.parse(text).run_id);
  };
  const watching = (async () => {
    while (!stopped) {
      await Promise.all([look(LATEST_KEY), look(LATEST_SUMMARY_KEY)]);
      for (const name of await names()) listed.add(name);
      await sleep(2);
    }
  })();
  const stop = async () => {
    stopped = true;
    await watching;
    return { latest: seen[LATEST_KEY] ?? [], summary: seen[LATEST_SUMMARY_KEY] ?? [], listed: [...listed] };
  };
  return { stop };
};

describe('a file in the folder', () => {
  it('is alone there when it is written, because what lies aside is for nobody to remove', async () => {
    const store = artifactsIn(objectsInFolder(folder));
    await store.put('artifacts/issues/wave3/jira_webhook/a.json', run(1), signal());
    await store.replaceIfNewer(LATEST_KEY, run(1), runIdOf(1), signal());
    expect((await names()).sort()).toEqual(['a.json', 'latest.json']);
  });

  it('is unavailable when it cannot be read, because a newer run might be behind that', async () => {
    await mkdir(artifacts(), { recursive: true });
    await symlink('latest.json', join(folder, LATEST_KEY));
    const replaced = artifactsIn(objectsInFolder(folder)).replaceIfNewer(
      LATEST_KEY,
      run(1),
      runIdOf(1),
      signal(),
    );
    await expect(replaced).rejects.toThrow('artifacts unavailable: ELOOP');
    expect(await names()).toEqual(['latest.json']);
  });

  it('is guarded by one lock under every path that leads to it', async () => {
    const store = artifactsIn(objectsInFolder(folder));
    await store.replaceIfNewer(LATEST_KEY, run(1), runIdOf(1), signal());
    await symlink(folder, `${folder}-by-another-name`);
    const other = artifactsIn(objectsInFolder(`${folder}-by-another-name`));
    const replaceMeanwhile = () =>
      other.replaceIfNewer(LATEST_KEY, run(2), runIdOf(2), AbortSignal.timeout(100));
    await expect(withProcessLock(join(folder, LATEST_KEY), replaceMeanwhile, signal())).rejects.toThrow(
      UnavailableError,
    );
    expect((await read(LATEST_KEY)).run_id).toBe(runIdOf(1));
  });
});

/** Of every eight runs each process writes two, out of order: somebody always comes with a greater one. */
const SHARES = [
  [4, 7],
  [1, 6],
  [8, 3],
  [5, 2],
];
const runsOf = (share: number[]): number[] =>
  Array.from({ length: 10 }, (_, eight) => share.map((nth) => eight * 8 + nth)).flat();

describe('several processes on one folder', () => {
  it('never let latest go back, and end at the greatest run', async () => {
    const observer = observe();
    const writers = SHARES.map((share) => startWriter('write', folder, '50', ...runsOf(share).map(String)));
    for (const writer of writers) expect(await writer.next()).toBe('ready');
    for (const writer of writers) writer.begin();
    const ends = await Promise.all(writers.map(({ ended }) => ended));
    const { latest, summary, listed } = await observer.stop();
    expect(ends.map(({ code, said }) => [code, said.length])).toEqual(SHARES.map(() => [0, 21]));
    expect(latest).toEqual(latest.toSorted());
    expect(summary).toEqual(summary.toSorted());
    expect(new Set(latest).size).toBeGreaterThan(1);
    expect((await read(LATEST_KEY)).run_id).toBe(runIdOf(80));
    expect((await read(LATEST_SUMMARY_KEY)).run_id).toBe(runIdOf(80));
    expect(listed.filter((name) => !NAME.test(name))).toEqual([]);
    expect((await names()).filter((name) => !isLatest(name))).toHaveLength(80);
    await expectAllWhole();
  });
});

describe('a process killed with -9', () => {
  const random = randomOf(SEED);
  /** Writes runs of this round until killed, somewhere behind the `after`th. Answers the last one it reported. */
  const writeAndKill = async (round: number, after: number): Promise<number> => {
    const runs = Array.from({ length: 90 }, (_, nth) => String(round * 100 + nth));
    const writer = startWriter('write', folder, '2000', ...runs);
    expect(await writer.next()).toBe('ready');
    writer.begin();
    for (let reported = 0; reported < after; reported++) await writer.next();
    await sleep(random() * 20);
    writer.kill();
    const { code, said } = await writer.ended;
    expect([code, said.length <= runs.length]).toEqual([null, true]);
    return round * 100 + said.length - 2;
  };

  it('while it writes leaves the old or the new latest, whole, and no lock', {
    tags: ['deep'],
    timeout: 120_000,
  }, async () => {
    for (const round of ROUNDS) {
      const reported = await writeAndKill(round, 1 + (round % 3));
      const [latest, summary] = await Promise.all([read(LATEST_KEY), read(LATEST_SUMMARY_KEY)]);
      expect([runIdOf(reported), runIdOf(reported + 1)]).toContain(latest.run_id);
      expect([runIdOf(reported), latest.run_id]).toContain(summary.run_id);
      await expectAllWhole();
      const next = artifactsIn(objectsInFolder(folder)).replaceIfNewer(
        LATEST_KEY,
        run(round * 100 + 95),
        runIdOf(round * 100 + 95),
        signal(),
      );
      expect(await next).toBe(true);
    }
  });

  it('while it holds the lock frees it, because nobody else could', async () => {
    const holder = startWriter('hold', join(folder, LATEST_KEY));
    expect(await holder.next()).toBe('held');
    const store = artifactsIn(objectsInFolder(folder));
    const tooEarly = store.replaceIfNewer(LATEST_KEY, run(1), runIdOf(1), AbortSignal.timeout(200));
    await expect(tooEarly).rejects.toThrow(UnavailableError);
    expect(await names()).toEqual([]);
    const waiting = store.replaceIfNewer(LATEST_KEY, run(2), runIdOf(2), signal());
    holder.kill();
    expect(await waiting).toBe(true);
    expect((await read(LATEST_KEY)).run_id).toBe(runIdOf(2));
  });
});

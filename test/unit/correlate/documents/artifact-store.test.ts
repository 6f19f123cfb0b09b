import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ArtifactStore } from '../../../../src/correlate/documents/artifact-store.ts';
import {
  compareRun,
  latestKey,
  latestSummaryKey,
  runDocumentKey,
  writeRun,
} from '../../../../src/correlate/documents/artifact-store.ts';
import { UnavailableError } from '../../../../src/errors/errors.ts';
import { newRunId } from '../../../../src/platform/run-id.ts';
import { bytesOf, documentOf, runIdOf } from '../../../support/run-documents.ts';
import { publishedValidator } from '../../../support/schemas.ts';

const HOME = { tenant: 'default', home: 'default' };
const LATEST_KEY = latestKey(HOME);
const LATEST_SUMMARY_KEY = latestSummaryKey(HOME);

const RUN = '01KAPZ3M8D0000000000000001';

describe('the key of a run document', () => {
  it.each([
    ['2026-01-01T06:59:59.999Z', '20251231T235959999'],
    ['2026-06-15T12:00:00.007Z', '20260615T050000007'],
    ['2026-11-22T19:00:00.000Z', '20261122T120000000'],
  ])('writes %s in Phoenix time', (utc, name) => {
    expect(runDocumentKey(HOME, Date.parse(utc), RUN)).toBe(
      `artifacts/issues/wave3/jira_webhook/${name}-01KAPZ3M8D0000000000000001.json`,
    );
  });

  it('is a name everywhere, at any time, because it becomes a file, an object and an address', () => {
    const anyMs = fc.integer({ min: Date.UTC(1970, 0, 2), max: Date.UTC(2100, 0) });
    fc.assert(
      fc.property(anyMs, (ms) => {
        expect(runDocumentKey(HOME, ms, newRunId(ms))).toMatch(
          /^artifacts\/issues\/wave3\/jira_webhook\/\d{8}T\d{9}-[0-9A-Z]{26}\.json$/,
        );
      }),
    );
  });

  it('sorts as time does, because people list the folder', () => {
    const anyMs = fc.integer({ min: Date.UTC(1970, 0, 2), max: Date.UTC(2100, 0) });
    fc.assert(
      fc.property(anyMs, anyMs, (a, b) => {
        expect(runDocumentKey(HOME, a, RUN) < runDocumentKey(HOME, b, RUN)).toBe(a < b);
      }),
    );
  });

  it.each(['', '../../etc/passwd', '01kapz3m8d0000000000000001', `${RUN}0`])(
    'is not made from the run id "%s", because it could lead elsewhere',
    (runId) => {
      expect(() => runDocumentKey(HOME, 0, runId)).toThrow('26 digits and capital letters');
    },
  );

  it('names any other tenant, because each has a latest run of its own', () => {
    expect(latestKey({ tenant: 'b', home: 'default' })).toBe(
      'artifacts/tenants/b/issues/wave3/jira_webhook/latest.json',
    );
    expect(latestKey({ tenant: 'b', home: 'b' })).toBe(LATEST_KEY);
  });

  it('lies beside the latest ones', () => {
    expect([LATEST_KEY, LATEST_SUMMARY_KEY]).toEqual([
      'artifacts/issues/wave3/jira_webhook/latest.json',
      'artifacts/issues/wave3/jira_webhook/latest_summary.json',
    ]);
  });
});

const DOCUMENT = 'artifacts/issues/wave3/jira_webhook/20261122T120000000-01KAPZ3M8D0000000000000001.json';
const LATEST = 'artifacts/issues/wave3/jira_webhook/latest.json';
const SUMMARY = 'artifacts/issues/wave3/jira_webhook/latest_summary.json';
const NOW_MS = Date.parse('2026-11-22T19:00:00.000Z');

/** Keeps what is written, in order, and fails from a write on. */
const recordingStore = (failsAt = Number.POSITIVE_INFINITY) => {
  const written: { key: string; text: string }[] = [];
  const write = (key: string, bytes: Uint8Array): void => {
    if (written.length === failsAt) throw new UnavailableError('artifacts', new Error('injected'));
    written.push({ key, text: Buffer.from(bytes).toString('utf8') });
  };
  const store: ArtifactStore = {
    put: async (key, bytes) => write(key, bytes),
    replaceIfNewer: async (key, bytes) => {
      write(key, bytes);
      return true;
    },
  };
  return { store, written };
};

const write = (store: ArtifactStore, latest: boolean) =>
  writeRun(
    store,
    { tenant: 'default', home: 'default' },
    documentOf(runIdOf(1)),
    NOW_MS,
    { latest },
    AbortSignal.timeout(10_000),
  );

describe('a run', () => {
  it('is written before what points to it, because a crash in between must leave nothing dangling', async () => {
    const { store, written } = recordingStore();
    expect(await write(store, true)).toBe(DOCUMENT);
    expect(written.map(({ key }) => key)).toEqual([DOCUMENT, LATEST, SUMMARY]);
    expect(written[1]?.text).toBe(written[0]?.text);
    expect(JSON.parse(written[2]?.text ?? '')).toMatchObject({
      run_id: '01KAPZ3M8D0000000000000001',
      document: DOCUMENT,
    });
  });

  it('is not the latest when somebody asked for it, because it shows only what was asked for', async () => {
    const { store, written } = recordingStore();
    expect(await write(store, false)).toBe(DOCUMENT);
    expect(written.map(({ key }) => key)).toEqual([DOCUMENT]);
  });

  it.each([0, 1, 2])('stops when write %i fails, because what follows it points to it', async (failsAt) => {
    const { store, written } = recordingStore(failsAt);
    await expect(write(store, true)).rejects.toThrow(UnavailableError);
    expect(written.map(({ key }) => key)).toEqual([DOCUMENT, LATEST].slice(0, failsAt));
  });

  it('is text people can read: two spaces, a last line end, valid by the published schemas', async () => {
    const { store, written } = recordingStore();
    await write(store, true);
    for (const { text } of written) {
      expect(text).toMatch(/^\{\n {2}"run_id": "01KAPZ3M8D0000000000000001",\n/);
      expect(text).toMatch(/[^\n]\n\}\n$/);
    }
    expect(publishedValidator('run-document')(JSON.parse(written[1]?.text ?? ''))).toEqual([]);
    expect(publishedValidator('latest-summary')(JSON.parse(written[2]?.text ?? ''))).toEqual([]);
  });
});

const stored = bytesOf(documentOf(runIdOf(5)));

describe('what lies in a place', () => {
  it.each([
    [4, 'newer'],
    [5, 'same'],
    [6, 'older'],
  ] as const)('compared with run %i is %s', (nth, standing) => {
    expect(compareRun(stored, runIdOf(nth))).toBe(standing);
  });

  it.each([
    ['nothing', null],
    ['an empty file', Buffer.alloc(0)],
    ['half a document', stored.subarray(0, stored.length / 2)],
    ['a list', Buffer.from('[]')],
    ['null', Buffer.from('null')],
    ['an object without a run id', Buffer.from('{}')],
    ['a run id that is no text', Buffer.from('{"run_id":7}')],
    ['a run id that is no ULID', Buffer.from('{"run_id":"zzzzzzzzzzzzzzzzzzzzzzzzzz"}')],
    ['bytes that are no UTF-8', Buffer.from([0xff, 0xfe, 0x7b])],
  ])('is older than any run when it is %s, because nobody can compare with it', (_, bytes) => {
    expect(compareRun(bytes, runIdOf(0))).toBe('older');
  });
});

import { describe, expect, it } from 'vitest';
import type { ArtifactStore } from '../../../../src/correlate/documents/artifact-store.ts';
import { writeRun } from '../../../../src/correlate/documents/write-run.ts';
import { UnavailableError } from '../../../../src/errors/errors.ts';
import { documentOf, runIdOf } from '../../../support/run-documents.ts';
import { publishedValidator } from '../../../support/schemas.ts';

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

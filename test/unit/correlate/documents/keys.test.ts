import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { latestKey, latestSummaryKey, runDocumentKey } from '../../../../src/correlate/documents/keys.ts';
import { newRunId } from '../../../../src/platform/run-id.ts';

const HOME = { tenant: 'default', home: 'default' };
const LATEST_KEY = latestKey(HOME);
const LATEST_SUMMARY_KEY = latestSummaryKey(HOME);

const RUN = '01KAPZ3M8D0000000000000001';

describe('the key of a run document', () => {
  it.each([
    ['2026-01-01T06:59:59.999Z', '20251231T235959999'],
    ['2026-06-15T12:00:00.007Z', '20260615T050000007'],
    ['2026-11-22T19:00:00.000Z', '20261122T120000000'],
  ])('tells %s in Phoenix time', (utc, name) => {
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

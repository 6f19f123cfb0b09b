import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toUtcIso } from '../../../src/domain/instant.ts';
import { readSecretAges } from '../../../src/verify/secret-ages.ts';
import { SecretDocumentError } from '../../../src/verify/secret-document.ts';

const NOW = Date.UTC(2026, 10, 22, 12);
const DAY = 86_400_000;
const CREATED = NOW - 200 * DAY;

const ages = (document: object, created_ms: number | null = CREATED) =>
  readSecretAges({ document: JSON.stringify(document), created_ms }, NOW);

describe('the age of a key', () => {
  it('counts from its last rotation, to the instant', () => {
    const rotated = NOW - 3 * DAY - 7;
    const document = { jira_webhook_secret: 'x', jira_webhook_secret_rotated_at: toUtcIso(rotated) };
    expect(ages(document).sources).toEqual([{ name: 'jira_webhook_secret', since_ms: rotated }]);
  });

  it('is that of the secret where it was never rotated, because nobody knows better', () => {
    expect(ages({ github_webhook_secret: 'x' }).sources).toEqual([
      { name: 'github_webhook_secret', since_ms: CREATED },
    ]);
    expect(ages({ github_webhook_secret: 'x' }, null).sources).toEqual([
      { name: 'github_webhook_secret', since_ms: null },
    ]);
  });

  it.each(['soon', '', 7, null, '2026-02-30T00:00:00Z', '2062-11-22T12:00:00.000Z'])(
    'is that of the secret where it says %j, because a typing error must not keep it young',
    (text) => {
      const document = { jira_webhook_secret: 'x', jira_webhook_secret_rotated_at: text };
      expect(ages(document).sources).toEqual([{ name: 'jira_webhook_secret', since_ms: CREATED }]);
    },
  );

  it("is nobody's for a source that is off, because an empty key verifies nothing", () => {
    const off = {
      jira_webhook_secret: '',
      github_webhook_secret: null,
      gitlab_webhook_secret_next: 'staged',
    };
    expect(ages({ ...off, another_webhook_secret: 'x' }).sources).toEqual([]);
  });

  it('is that of the master with the highest number, because new versions use it', () => {
    const made = toUtcIso(NOW - DAY);
    const document = {
      connections_master_2: 'b',
      connections_master_10: 'c',
      connections_master_10_made_at: made,
      connections_master_9: 'a',
      connections_master_9_made_at: toUtcIso(NOW),
    };
    expect(ages(document).newest_master).toEqual({ name: 'connections_master_10', since_ms: NOW - DAY });
    expect(ages({ connections_master_3: 'x' }).newest_master).toEqual({
      name: 'connections_master_3',
      since_ms: CREATED,
    });
    expect(ages({ connections_master_0: 'x', connections_master_1_made_at: made }).newest_master).toBeNull();
  });

  it('is never after now by more than clocks differ, whatever the document says', () => {
    const text = fc.oneof(
      fc.string(),
      fc.date({ noInvalidDate: true }).map((date) => date.toISOString()),
    );
    fc.assert(
      fc.property(text, text, (rotated, made) => {
        const { sources, newest_master } = ages({
          jira_webhook_secret: 'x',
          jira_webhook_secret_rotated_at: rotated,
          connections_master_1: 'x',
          connections_master_1_made_at: made,
        });
        for (const { since_ms } of [...sources, ...(newest_master ? [newest_master] : [])])
          expect(since_ms ?? Number.NaN).toBeLessThan(NOW + DAY);
      }),
    );
  });

  it('cannot be read in what is no JSON object, and the fault quotes nothing of it', () => {
    const read = () => readSecretAges({ document: '["canary"]', created_ms: CREATED }, NOW);
    expect(read).toThrow(SecretDocumentError);
    expect(read).not.toThrow('canary');
  });
});

import { describe, expect, it } from 'vitest';
import { isStory, NO_FIELDS, type Snapshot } from '../../../src/domain/issue.ts';

const STORY: Snapshot = {
  ...NO_FIELDS,
  tenant_id: 'default',
  issue_id: '10001',
  issue_level: 'standard',
  version: { updated_ms: 1, timestamp_ms: 1 },
  deleted: false,
  deleted_at: null,
  superseded_by: null,
  last_event: null,
  schema_version: 1,
};

describe('isStory', () => {
  it('is true for a known issue of the standard level, because that is what a story is', () => {
    expect(isStory(STORY)).toBe(true);
  });

  it('is true where the level is unknown, because most issues are stories and a gap must not hide', () => {
    expect(isStory({ ...STORY, issue_level: null })).toBe(true);
  });

  it.each<Partial<Snapshot>>([
    { issue_level: 'epic' },
    { issue_level: 'subtask' },
    { deleted: true },
    { version: null },
    { version: null, deleted: true, issue_level: null },
  ])('is false with %j, because that is no story that could lack commits', (parts) => {
    expect(isStory({ ...STORY, ...parts })).toBe(false);
  });
});

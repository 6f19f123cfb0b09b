import { describe, expect, it } from 'vitest';
import { describeCorrelated } from '../../../../src/cli/replay/correlate-events.ts';

describe('what correlating again came to', () => {
  it.each([
    [{ events: 1, failed: 0, documents: [] }, 'correlated 1 event'],
    [{ events: 0, failed: 0, documents: [] }, 'correlated 0 events'],
    [
      { events: 2, failed: 0, documents: ['artifacts/a.json', 'artifacts/b.json'] },
      'correlated 2 events; last run document: artifacts/b.json',
    ],
    [
      { events: 2, failed: 1, documents: [] },
      'correlated 2 events; 1 failed: npm run event -- ID shows the reason',
    ],
  ])('is told of %j', (correlated, text) => {
    expect(describeCorrelated(correlated)).toBe(text);
  });
});

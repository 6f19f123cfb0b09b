import { describe, expect, it } from 'vitest';
import {
  FORMER_KEY,
  TEST_ISSUE_ID,
  TEST_ISSUE_KEY,
  testDelivery,
} from '../../../../src/cli/smoke/delivery-checks.ts';

const NOW = Date.UTC(2026, 10, 22, 12, 0, 0, 123);

describe('the test issue', () => {
  it('has a name that nobody takes for work, far from what Jira counts to', () => {
    expect([TEST_ISSUE_ID, TEST_ISSUE_KEY]).toEqual(['99999999999999999901', 'SMOKE-999999901']);
  });

  it('had a key that reads differently when it is decoded once too often', () => {
    expect(decodeURIComponent(encodeURIComponent(FORMER_KEY))).toBe('SMOKE%41-999999901');
    expect(decodeURIComponent(FORMER_KEY)).toBe('SMOKEA-999999901');
  });

  it('is delivered with other bytes each time, because equal bytes are a duplicate', () => {
    expect(testDelivery(NOW).equals(testDelivery(NOW + 1))).toBe(false);
    expect(testDelivery(NOW).equals(testDelivery(NOW))).toBe(true);
  });

  it('is a full issue of that moment that says what it is for', () => {
    const body = JSON.parse(testDelivery(NOW).toString());
    expect(body).toMatchObject({ timestamp: 1795348800123, webhookEvent: 'jira:issue_updated' });
    expect(body.issue).toMatchObject({ id: '99999999999999999901', key: 'SMOKE-999999901' });
    expect(body.issue.fields).toMatchObject({
      updated: '2026-11-22T12:00:00.123+0000',
      summary: 'Written by npm run smoke; npm run erase removes it',
    });
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NO_FIELDS } from '../../../../src/domain/issue.ts';
import { type EventBody, fitBody, type SaidIssue } from '../../../../src/send/target/fit-body.ts';

const MOST = 200_000;

const issueWith = (differing: Partial<SaidIssue> = {}): SaidIssue => ({
  tenant_id: 'retail',
  issue_id: '10001',
  ...NO_FIELDS,
  issue_key: 'OPS-1',
  updated_at: '2026-11-22T19:00:00.000Z',
  ...differing,
});

const EVENT: EventBody['data']['event'] = {
  event_id: `evt_${'0'.repeat(40)}`,
  source: 'jira',
  connection_id: null,
  warnings: [],
  issue_id: '10001',
  issue_key: 'OPS-1',
  project_key: 'OPS',
  event_type: 'jira:issue_updated',
  issue_event_type: null,
  actor: null,
  unread_fields: [],
  outcome: 'applied',
  idempotency_key: 'x',
  occurred_at: null,
  received_at: '2026-11-22T12:00:00.000-07:00',
  duration_ms: null,
  headers: {},
  problem: null,
  run_id: '01',
};

const bodyWith = (data: Partial<EventBody['data']>): EventBody => ({
  type: 'jira:issue_updated',
  timestamp: '2026-11-22T19:00:00.000Z',
  data: {
    event: EVENT,
    issue_source: 'snapshot',
    issue: issueWith(),
    changes: [],
    version: null,
    execution_id: 'exe_1',
    ...data,
  },
  truncated: [],
});

const fitted = (data: Partial<EventBody['data']>): EventBody => {
  const json = fitBody(bodyWith(data));
  expect(Buffer.byteLength(json)).toBeLessThanOrEqual(MOST);
  return JSON.parse(json);
};

const change = (to: string) => ({
  field: 'f',
  field_id: 'f',
  from: null,
  from_string: null,
  to,
  to_string: to,
});
const big = (kilobytes: number): string => 'x'.repeat(kilobytes * 1_000);

describe('the body that a target gets', () => {
  it('is whole while it fits, to the byte', () => {
    const rest = Buffer.byteLength(fitBody(bodyWith({ issue: issueWith({ description: '' }) })));
    const description = 'x'.repeat(MOST - rest);
    expect(fitted({ issue: issueWith({ description }) })).toMatchObject({
      data: { issue: { description } },
      truncated: [],
    });
    const over = fitted({ issue: issueWith({ description: `${description}x` }) });
    expect(over.truncated).toEqual(['description']);
    expect(over.data.issue?.description?.length).toBeGreaterThan(description.length - 100);
  });

  it('loses custom fields, changes, description and links, in this order and no more than it must', () => {
    const links = Array.from({ length: 1_000 }, (_, n) => ({
      type: big(0.1),
      direction: 'inward' as const,
      issue_key: `OPS-${n}`,
    }));
    const custom_fields = { customfield_1: big(80) };
    const changes = [change(big(80))];
    const all = { changes, issue: issueWith({ custom_fields, description: big(80), links }) };
    expect(
      fitted({ ...all, issue: issueWith({ custom_fields, description: big(80) }), changes: [] }).truncated,
    ).toEqual([]);
    expect(fitted({ ...all, issue: issueWith({ custom_fields, description: big(80) }) }).truncated).toEqual([
      'custom_fields',
      'changes',
    ]);
    const three = fitted(all);
    expect(three.truncated).toEqual(['custom_fields', 'changes', 'description']);
    expect(three.data.issue?.links).toEqual(links);
    const more = links.map((link) => ({ ...link, type: big(0.3) }));
    const four = fitted({ ...all, issue: issueWith({ custom_fields, description: big(80), links: more }) });
    expect(four.truncated).toEqual(['custom_fields', 'changes', 'description', 'links']);
    expect(four.data).toMatchObject({
      changes: [],
      issue: { custom_fields: {}, description: '', links: [] },
    });
  });

  it('says apart what was left out when the issue was stored', () => {
    const issue = issueWith({ description: big(300), truncated: ['customfield_9'] });
    const body = fitted({ issue });
    expect(body.truncated).toEqual(['description']);
    expect(body.data.issue?.truncated).toEqual(['customfield_9']);
  });

  it('fits whatever is in it, stays of one form and keeps what names it', () => {
    const size = fc.integer({ min: 0, max: 150_000 });
    const unit = fc.constantFrom('x', '"', '\\', '\u0000', 'é', '鍵', '\u{1f512}');
    const text = fc.tuple(size, unit).map(([bytes, part]) => part.repeat(bytes / Buffer.byteLength(part)));
    const drawn = fc.record({
      summary: text,
      description: text,
      custom: text,
      to: text,
      name: text,
      labels: fc.array(text, { maxLength: 3 }),
    });
    fc.assert(
      fc.property(drawn, ({ summary, description, custom, to, name, labels }) => {
        const issue = issueWith({ summary, description, labels, custom_fields: { customfield_1: custom } });
        const event = { ...EVENT, actor: { id: 'a', display_name: name } };
        const body = fitted({ issue, event, changes: [change(to)] });
        expect(body.data).toMatchObject({
          execution_id: 'exe_1',
          event: { event_id: EVENT.event_id },
          issue: { issue_id: '10001', issue_key: 'OPS-1' },
        });
        expect(Object.keys(body.data.issue ?? {}).sort()).toEqual(Object.keys(issue).sort());
        expect(new Set(body.truncated).size).toBe(body.truncated.length);
      }),
      { numRuns: 12 },
    );
  });
});

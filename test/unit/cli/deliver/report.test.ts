import { describe, expect, it } from 'vitest';
import {
  type Delivered,
  isTaken,
  percentile,
  readReply,
  report,
} from '../../../../src/cli/deliver/report.ts';
import type { Reply } from '../../../../src/cli/deliver/send.ts';

const reply = (status: number, body: object | string): Reply => ({
  kind: 'answered',
  status,
  retry_after: undefined,
  body: typeof body === 'string' ? body : JSON.stringify(body),
});

const EVENT = 'evt_0123456789012345678901234567890123456789';
const ACCEPTED = reply(202, { status: 'accepted', outcome: 'applied', event_id: EVENT });
const REFUSED = reply(401, { type: 'urn:jira-webhook-sync:problem:signature-refused', status: 401 });

const delivered = (name: string, one: Reply, ms = 5, sends = 1): Delivered => ({
  name,
  reply: one,
  ms,
  sends,
});

describe('an answer in the table', () => {
  it('shows the outcome and the event', () => {
    expect(readReply(ACCEPTED)).toEqual({ status: '202', outcome: 'applied', event_id: EVENT });
  });

  it("shows a refusal by the end of the problem's type", () => {
    expect(readReply(REFUSED)).toEqual({ status: '401', outcome: 'signature-refused', event_id: '-' });
  });

  it.each(['', '<html>', 'null', '[]', '{"outcome":7}'])(
    'shows nothing of %j, because a gateway answers what it likes',
    (body) => {
      expect(readReply(reply(502, body))).toEqual({ status: '502', outcome: '-', event_id: '-' });
    },
  );

  it('shows why no answer came', () => {
    expect(readReply({ kind: 'failed', code: 'ECONNREFUSED' }).outcome).toBe('ECONNREFUSED');
  });

  it('counts as taken only as a 2xx, because nothing else is durable', () => {
    const taken = [200, 202, 301, 401, 503].filter((status) => isTaken(delivered('a', reply(status, ''))));
    expect(taken).toEqual([200, 202]);
  });
});

describe('what a connection warns of', () => {
  it('is told with how often, because a delivery that was taken may still change nothing', () => {
    const warned = (...warnings: string[]) => reply(202, { outcome: 'recorded', event_id: EVENT, warnings });
    const all = [warned('other-site'), warned(), warned('other-site'), ACCEPTED, REFUSED];
    const text = report(
      all.map((one) => delivered('a', one)),
      1,
    );
    expect(text).toMatch(/^warning +count\nother-site +2\n$/m);
    expect(report([delivered('a', warned())], 1)).not.toContain('warning');
  });
});

describe('why something was refused', () => {
  it('is printed once for each kind, because a status alone sends people to the pages', () => {
    const refused = (status: number, type: string, detail: string) =>
      delivered('a', reply(status, { type: `urn:x:problem:${type}`, detail }));
    const all = [refused(401, 'a', 'first'), refused(401, 'a', 'second'), refused(422, 'b', 'other')];
    expect(report(all, 1)).toContain('\n\n401 a: first\n422 b: other\n\nlatency');
  });
});

describe('a percentile', () => {
  it('is the least value that covers its share, by nearest rank', () => {
    const sorted = Array.from({ length: 20 }, (_, index) => index + 1);
    expect([0.5, 0.95, 1].map((share) => percentile(sorted, share))).toEqual([10, 19, 20]);
  });

  it('of one value is that value, and of none is 0', () => {
    expect([percentile([7], 0.5), percentile([], 0.5)]).toEqual([7, 0]);
  });
});

describe('the report', () => {
  it('has a line for each of a few, then counts, latency and a summary', () => {
    const text = report([delivered('a.json', ACCEPTED, 4), delivered('b.json', REFUSED, 9, 1)], 0.25);
    expect(text.split('\n')).toEqual([
      'file    status  outcome            event_id                                      ms  sent',
      `a.json  202     applied            ${EVENT}  4   1`,
      'b.json  401     signature-refused  -                                             9   1',
      '',
      'status  outcome            count',
      '202     applied            1',
      '401     signature-refused  1',
      '',
      'latency  p50 4 ms  p95 9 ms  max 9 ms',
      '1 of 2 accepted in 0.3 s',
    ]);
  });

  it('names of many only those that were not taken, because the rest is a number', () => {
    const many = Array.from({ length: 30 }, (_, index) => delivered(`${index}.json`, ACCEPTED));
    const text = report([...many, delivered('bad.json', REFUSED, 9, 1)], 1);
    expect(text).toContain('bad.json');
    expect(text).not.toContain('7.json');
    expect(text).toMatch(/202 +applied +30/);
    expect(text).toContain('30 of 31 accepted');
  });

  it('says how often something had to be sent again', () => {
    expect(report([delivered('a.json', ACCEPTED, 4, 3)], 1)).toContain('1 of 1 accepted in 1.0 s, 2 resent');
  });
});

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type AutomationRead, readAutomation } from '../../../../src/senders/automation/parse.ts';
import type { Named } from '../../../../src/senders/automation/shape.ts';

const EXAMPLES = join(import.meta.dirname, '../../../fixtures/automation');
const RECEIVED = Date.parse('2026-11-20T17:10:00.000Z');
const UNNAMED: Named = { query_event_type: null, default_event_type: null };

const read = (body: unknown, named = UNNAMED, at = RECEIVED): AutomationRead =>
  readAutomation(Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)), named, at);

const taken = (body: unknown, named = UNNAMED, at = RECEIVED) => {
  const result = read(body, named, at);
  if (result.kind === 'refused') throw new Error(JSON.stringify(result.problem));
  return { ...result.delivery, warnings: result.warnings };
};

const example = (name: string) => read(readFileSync(join(EXAMPLES, name), 'utf8'));

const whole = (fields: object = {}, issue: object = {}) => ({
  self: 'https://acme.example.net/rest/api/2/issue/20457',
  id: 20457,
  key: 'SHOP-204',
  fields: {
    issuetype: { name: 'Story' },
    status: { name: 'Open' },
    project: { key: 'SHOP' },
    created: '2026-11-18T14:02:40.1+0530',
    updated: '2026-11-20T22:31:07.662+0530',
    ...fields,
  },
  ...issue,
});

describe('the examples', () => {
  it.each([
    [
      '01-custom-as-in-the-seed.json',
      'jira:issue_created',
      null,
      'OPS-117',
      '2026-11-20T17:00:12.400Z',
      false,
    ],
    ['02-issue-data-jira-format.json', 'automation', '20457', 'SHOP-204', '2026-11-20T17:01:07.662Z', true],
    [
      '03-issue-data-automation-format.json',
      'automation',
      '30021',
      'HELP-53',
      '2026-11-20T09:50:11.662Z',
      true,
    ],
    ['04-jsm-legacy-webhook.json', 'automation', '18020', 'IT-4', '2026-11-20T17:00:12.345Z', true],
    [
      '05-custom-as-we-recommend.json',
      'jira:issue_updated',
      '20457',
      'SHOP-204',
      '2026-11-20T17:00:12.437Z',
      false,
    ],
    ['07-broken-line-breaks.txt', 'jira:issue_created', null, 'OPS-119', '2026-11-20T17:10:00.000Z', false],
    ['10-empty-strings.json', 'jsm:work_item_created', '40122', 'OPS-122', '2026-11-20T17:05:00.000Z', false],
    ['11-localized-dates.json', 'jira:issue_updated', '1009', 'DC-9', '2026-11-20T17:10:00.000Z', false],
    ['12-the-same-twice.json', 'nightly', '40130', 'OPS-130', '2026-11-20T17:10:00.000Z', false],
  ])('%s is read as people expect it', (name, event_type, issue_id, issue_key, occurred, isWhole) => {
    const result = example(name);
    if (result.kind === 'refused') throw new Error(JSON.stringify(result.problem));
    const { facts, snapshot, deletion, keys } = result.delivery;
    expect(facts).toMatchObject({ event_type, issue_id, issue_key, occurred_ms: Date.parse(occurred) });
    expect(snapshot === null).toBe(!isWhole);
    expect(deletion).toBeNull();
    expect(keys).toEqual(isWhole ? [issue_key] : []);
  });

  it.each([
    ['06-broken-quotes.txt', 'OPS-118', 'a quotation mark inside a string, near issue.fields.summary'],
    ['08-broken-doubled-quotes.txt', 'OPS-120', 'doubled quotes: asJsonString brings its own'],
    ['09-broken-empty-value.txt', 'OPS-121', 'a value is missing after "displayName"'],
  ])('%s is refused with a hint and listed under its key', (name, issue_key, hint) => {
    const result = example(name);
    expect(result).toMatchObject({ kind: 'refused', problem: { status: 400 }, facts: { issue_key } });
    expect(result.kind === 'refused' && result.problem.hint).toContain(hint);
  });
});

describe('the shape', () => {
  it('prefers the issue, then the root, then the key beside, because that is how the bodies are made', () => {
    expect(taken({ issue: whole(), key: 'X-1', fields: {} }).facts.issue_key).toBe('SHOP-204');
    expect(taken({ ...whole(), issue_key: 'X-1' }).facts.issue_key).toBe('SHOP-204');
    expect(taken({ issue_key: 'X-1' }).facts).toMatchObject({
      issue_key: 'X-1',
      issue_id: null,
      project_key: 'X',
    });
    expect(taken({ issue: { key: '' }, issue_key: 'X-1' }).facts.issue_key).toBe('X-1');
  });

  it('takes a body about no issue, because rules send of versions and schedules too', () => {
    expect(taken({ event: 'release', version: '2.4' })).toMatchObject({
      facts: { event_type: 'release', issue_id: null, issue_key: null },
      snapshot: null,
      warnings: ['no issue.id and no issue.key'],
    });
  });

  it.each([[[]], ['"text"'], ['7'], ['null']])('refuses %s, because nothing can be read of it', (body) => {
    expect(read(body)).toMatchObject({ kind: 'refused', problem: { status: 422 } });
  });

  it.each([
    [{ issue: { id: 'twelve', key: 'A-1' } }, 'issue.id'],
    [{ issue: { id: 1, key: 'A 1' } }, 'issue.key'],
    [{ id: 'twelve', key: 'A-1', fields: {} }, 'id'],
    [{ issue_key: 'A-1', event_type: 'x'.repeat(201) }, 'webhookEvent'],
  ])('refuses ids, keys and names outside the limits in %j', (body, path) => {
    expect(read(body)).toMatchObject({ kind: 'refused', problem: { status: 422, errors: [{ path }] } });
  });

  it('keeps every digit of a long id', () => {
    const body = JSON.stringify({ issue: whole() }).replace('20457,', '12345678901234567890,');
    expect(taken(body).facts.issue_id).toBe('12345678901234567890');
    expect(
      taken(JSON.stringify(whole()).replace('"id":20457', '"id":12345678901234567891')).facts.issue_id,
    ).toBe('12345678901234567891');
  });
});

describe('a smart value that was not replaced', () => {
  it('is told, in the hint of a refused body and as a warning, but no code in wiki text is', () => {
    expect(read({ issue: { id: '{{issue.id}}', key: 'A-1' } })).toMatchObject({
      problem: { status: 422, hint: expect.stringContaining('not replaced') },
    });
    expect(taken({ issue_key: 'A-1', summary: '{{issue.sumary}}' }).warnings.at(-1)).toContain(
      'not replaced',
    );
    expect(taken({ issue_key: 'A-1', summary: 'call {{run()}}' }).warnings.join()).not.toContain('replaced');
  });
});

describe('the event type', () => {
  const named = { query_event_type: 'by-query', default_event_type: 'by-default' };

  it.each([
    [{ webhookEvent: 'a', event_type: 'b', event: 'c' }, 'a'],
    [{ webhookEvent: '', event_type: 'b', event: 'c' }, 'b'],
    [{ event_type: '', event: 'c' }, 'c'],
    [{ event: { name: 'c' } }, 'by-query'],
    [{}, 'by-query'],
  ])('of %j is %s, because the body speaks before the address', (body, expected) => {
    expect(taken({ issue_key: 'A-1', ...body }, named).facts.event_type).toBe(expected);
  });

  it('is the default of the connection and then "automation", because every event has one', () => {
    expect(taken({ issue_key: 'A-1' }, { ...named, query_event_type: '' }).facts.event_type).toBe(
      'by-default',
    );
    expect(taken({ issue_key: 'A-1' }, UNNAMED).facts.event_type).toBe('automation');
  });
});

describe('a whole issue', () => {
  it('is as old as its updated alone, so that the delivery of the webhook wins', () => {
    const { snapshot } = taken({ issue: whole(), timestamp: RECEIVED });
    expect(snapshot).toMatchObject({ updated_ms: Date.parse('2026-11-20T17:01:07.662Z'), timestamp_ms: 0 });
  });

  it.each(['self', 'id', 'key'])('has %s, because a template leaves parts out', (part) => {
    expect(taken({ issue: whole({}, { [part]: '' }), issue_key: 'A-1' }).snapshot).toBeNull();
  });

  it.each(['issuetype', 'status', 'project', 'created', 'updated'])('has the field %s', (name) => {
    expect(taken({ issue: whole({ [name]: '' }) }).snapshot).toBeNull();
    expect(taken({ issue: whole({ [name]: { name: '' } }) }).snapshot).toBeNull();
    expect(taken({ issue: whole({ [name]: 'a name' }) }).snapshot).toBeNull();
  });

  it('writes nothing when it is more than 2 minutes ahead, because nobody else could write then', () => {
    const at = (ms: number) => taken({ issue: whole({ updated: new Date(ms).toISOString() }) });
    expect(at(RECEIVED + 120_000).snapshot).not.toBeNull();
    expect(at(RECEIVED + 120_001)).toMatchObject({ snapshot: null, keys: [] });
    expect(at(RECEIVED + 120_001).warnings).toContain(
      'issue.fields.updated is more than 2 minutes ahead: no snapshot was written',
    );
  });

  it('is told to be ahead by any time, because a person looks for what is wrong', () => {
    const { snapshot, warnings, facts } = taken({ issue: whole({ updated: '2026-11-24T00:00:00.000Z' }) });
    expect(snapshot).toBeNull();
    expect(warnings).toEqual(['issue.fields.updated is more than 2 minutes ahead: no snapshot was written']);
    expect(facts.occurred_ms).toBe(RECEIVED);
  });

  it.each(['issuetype', 'status', 'project'])(
    'says which %s it has, because an empty one is a loss',
    (name) => {
      expect(taken({ issue: whole({ [name]: {} }) }).snapshot).toBeNull();
      expect(taken({ issue: whole({ [name]: { id: 3 } }) }).snapshot).not.toBeNull();
    },
  );

  it('brings no key but its own, because a changelog of anybody could take the key of another issue', () => {
    const changelog = { items: [{ field: 'Key', fromString: 'OTHER-1', toString: 'SHOP-204' }] };
    expect(taken({ issue: whole(), changelog }).keys).toEqual(['SHOP-204']);
  });

  it.each([
    { webhookEvent: 'jira:issue_deleted' },
    { event_type: 'jira:issue_deleted' },
    { event: 'jira:issue_deleted' },
  ])('is not deleted by %j, because only a webhook of Jira deletes', (name) => {
    const result = taken({ issue: whole(), ...name, timestamp: RECEIVED });
    expect(result).toMatchObject({ deletion: null, snapshot: null, keys: [] });
    expect(result.facts.subjects).toEqual([{ kind: 'issue', id: '20457' }]);
    expect(result.warnings).toContain('only a webhook of Jira deletes: the issue was not marked as deleted');
  });

  it('is asked for by its key where no id is named, because Jira finds it by either', () => {
    const { facts } = taken({ issue_key: 'A-1', event: 'jira:issue_deleted' });
    expect(facts.subjects).toEqual([{ kind: 'issue', id: 'A-1' }]);
  });

  it('is not deleted by the address or the connection either', () => {
    for (const named of [
      { query_event_type: 'jira:issue_deleted', default_event_type: null },
      { query_event_type: null, default_event_type: 'jira:issue_deleted' },
    ])
      expect(taken({ issue: whole() }, named)).toMatchObject({ deletion: null, snapshot: null });
  });
});

describe('dates', () => {
  it.each([
    ['Nov 1, 1979 6:23:12 AM'],
    ['20.11.2026 10:00:12'],
    ['2026-11-20T17:00:12'],
    [1_795_194_012],
    [-1],
  ])('takes %s for no instant, because it has no zone or no milliseconds', (timestamp) => {
    const { facts, warnings } = taken({ issue_key: 'A-1', timestamp });
    expect(facts.occurred_ms).toBe(RECEIVED);
    expect(warnings).toContain('timestamp is no instant with a zone');
  });

  it('takes a time far ahead for its receipt, because it would head every listing', () => {
    const { facts, warnings } = taken({ issue_key: 'A-1', timestamp: '9999-01-01T00:00:00.000Z' });
    expect(facts.occurred_ms).toBe(RECEIVED);
    expect(warnings).toContain('timestamp is more than a day ahead');
  });

  it.each([
    ['2020-08-18T02:40:37.0+0000', '2020-08-18T02:40:37.000Z'],
    ['2026-11-20T22:31:07.662+0530', '2026-11-20T17:01:07.662Z'],
    [1_795_194_012_345, '2026-11-20T17:00:12.345Z'],
    ['1795194012345', '2026-11-20T17:00:12.345Z'],
  ])('reads %s as %s', (timestamp, expected) => {
    expect(taken({ issue_key: 'A-1', timestamp }).facts.occurred_ms).toBe(Date.parse(expected));
  });
});

describe('text that is no UTF-8', () => {
  it('is not guessed, whatever else is wrong with it', () => {
    const bytes = Buffer.concat([
      Buffer.from('{"issue_key":"A-1","x":"caf'),
      Buffer.from([0xe9, 0x0a]),
      Buffer.from('"}'),
    ]);
    expect(readAutomation(bytes, UNNAMED, RECEIVED)).toMatchObject({
      kind: 'refused',
      problem: { status: 400 },
    });
  });
});

describe('any body', () => {
  it('is read or refused, never more, because nobody signed it', () => {
    const bodies = fc.oneof(
      fc.uint8Array({ maxLength: 400 }),
      fc.json({ maxDepth: 6 }).map((text) => Buffer.from(text)),
      fc
        .record({
          issue: fc.jsonValue(),
          key: fc.jsonValue(),
          fields: fc.jsonValue(),
          event: fc.jsonValue(),
          timestamp: fc.jsonValue(),
        })
        .map((value) => Buffer.from(JSON.stringify(value))),
    );
    fc.assert(
      fc.property(bodies, (bytes) => {
        const result = readAutomation(bytes, UNNAMED, RECEIVED);
        if (result.kind === 'refused') expect([400, 422]).toContain(result.problem.status);
        else expect(result.delivery.deletion).toBeNull();
      }),
      { numRuns: 500 },
    );
  });

  it('of a broken text is called as long as names are', () => {
    const long = { query_event_type: 'x'.repeat(300), default_event_type: null };
    const result = read('{"issue_key":"AB-1",}', long);
    expect(result.kind === 'refused' && result.facts?.event_type).toBe('x'.repeat(200));
  });

  it('is read though it is nested as deep as its size allows', () => {
    const deep = `{"issue":{"key":"A-1","fields":{"x":${'['.repeat(200_000)}${']'.repeat(200_000)}}}}`;
    expect(taken(deep).facts.issue_key).toBe('A-1');
  });
});

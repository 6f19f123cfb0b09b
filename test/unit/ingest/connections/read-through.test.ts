import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { type Rules, readThrough } from '../../../../src/ingest/connections/read-through.ts';
import { anyText } from '../../../support/any-text.ts';

const NOW = Date.UTC(2026, 10, 22);
const RULES: Rules = {
  tenant_id: 'retail',
  kind: 'jira',
  site_url: 'https://retail.example.net/jira',
  site_hosts: ['old.example.net', 'Gateway.Example.NET.'],
  project_keys: [],
  default_event_type: null,
};

const ISSUE = {
  id: '7',
  key: 'ABC-1',
  fields: { updated: '2026-11-20T00:00:00.000+0000', project: { key: 'ABC' } },
};

const read = (body: object | string, rules: Partial<Rules> = {}) => {
  const bytes = Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
  const said = { event_name: null, event_type: null };
  return readThrough({ ...RULES, ...rules }, said, bytes, NOW);
};

const about = (issue: object, more: object = {}) => ({
  webhookEvent: 'jira:issue_updated',
  issue: { ...ISSUE, ...issue },
  ...more,
});

/** The problem under which it is kept aside, or what it was read as. */
const verdict = (body: object | string, rules: Partial<Rules> = {}) => {
  const { read: found, warnings } = read(body, rules);
  if (found.kind === 'refused') return `${found.problem.status} ${found.problem.type}`;
  return warnings[0] ?? 'taken';
};

describe('the tenant in a body', () => {
  it.each([
    ['taken', undefined],
    ['taken', null],
    ['taken', ''],
    ['taken', 'retail'],
    ['403 tenant-mismatch', 'Retail'],
    ['403 tenant-mismatch', ' retail'],
    ['403 tenant-mismatch', 'default'],
    ['403 tenant-mismatch', 7],
    ['403 tenant-mismatch', 0],
    ['403 tenant-mismatch', false],
    ['403 tenant-mismatch', ['retail']],
    ['403 tenant-mismatch', { id: 'retail' }],
  ])('is %s for %j, because it chooses none but may be a mistake', (expected, tenant_id) => {
    expect(verdict(about({}, { tenant_id }))).toBe(expected);
  });

  it('may be a number, because a tenant may be called by one', () => {
    expect(verdict(about({}, { tenant_id: 42 }), { tenant_id: '42' })).toBe('taken');
  });

  it('counts for commits and for what is no webhook as well, before anything else is said of it', () => {
    const rules: Partial<Rules> = { kind: 'commits', project_keys: ['XYZ'] };
    expect(verdict({ tenant_id: 'default', repository: 'a/b', commits: [] }, rules)).toBe(
      '403 tenant-mismatch',
    );
    expect(verdict({ tenant_id: 'default' })).toBe('403 tenant-mismatch');
    expect(verdict('{"\\u0074enant_id":"default"}')).toBe('403 tenant-mismatch');
    expect(verdict({})).toBe('422 not-a-jira-webhook');
    expect(verdict('[]')).toBe('422 not-a-jira-webhook');
    expect(verdict('{"tenant_id":"default"')).toBe('400 body-not-json');
  });
});

describe('the projects of a connection', () => {
  const project_keys = ['ABC', 'ops'];

  it.each([
    ['taken', about({})],
    ['taken', about({ key: 'OPS-1', fields: { project: { key: 'OPS' } } })],
    ['taken', about({ key: 'abc-1', fields: {} })],
    ['403 project-not-allowed', about({ key: 'XYZ-1', fields: { project: { key: 'XYZ' } } })],
    ['403 project-not-allowed', about({ key: 'XYZ-1' })],
    ['403 project-not-allowed', about({ fields: { project: { key: 'XYZ' } } })],
    ['403 project-not-allowed', about({ key: 'ABC-X-1', fields: {} })],
    // Moved away: it is of the other project now.
    [
      '403 project-not-allowed',
      about(
        { key: 'XYZ-9', fields: { project: { key: 'XYZ' } } },
        { changelog: { items: [{ field: 'Key', fromString: 'ABC-1', toString: 'XYZ-9' }] } },
      ),
    ],
    // Moved here.
    [
      'taken',
      about({}, { changelog: { items: [{ field: 'Key', fromString: 'XYZ-9', toString: 'ABC-1' }] } }),
    ],
    ['taken', about({ fields: { ...ISSUE.fields, project: null } })],
    ['taken', about({ fields: { ...ISSUE.fields, project: { key: 7 } } })],
    ['taken', { webhookEvent: 'worklog_created', worklog: { issueId: 7 } }],
    ['taken', { webhookEvent: 'jira:version_released', version: { id: 3 } }],
    ['taken', { webhookEvent: 'project_updated', project: { key: 'Abc' } }],
    ['403 project-not-allowed', { webhookEvent: 'project_updated', project: { key: 'XYZ' } }],
    ['403 project-not-allowed', { issue: { key: 'XYZ-1' } }],
    // Whose issue is deleted would be anybody's guess.
    ['403 project-not-allowed', { webhookEvent: 'jira:issue_deleted', issue: { id: '7' } }],
  ])('answer %s to %j', (expected, body) => {
    expect(verdict(body, { project_keys })).toBe(expected);
  });

  it('are all where none is named', () => {
    expect(verdict({ webhookEvent: 'jira:issue_deleted', issue: { id: '7' } })).toBe('taken');
  });
});

describe('the site of an issue', () => {
  it.each([
    ['taken', undefined],
    ['taken', null],
    ['taken', 7],
    ['taken', ''],
    ['taken', '/rest/api/2/issue/7'],
    ['taken', 'https://retail.example.net/jira/rest/api/2/issue/7'],
    ['taken', 'HTTPS://RETAIL.Example.net/7'],
    ['taken', 'https://retail.example.net:443/7'],
    ['taken', 'http://retail.example.net:8080/7'],
    ['taken', 'https://retail.example.net./7'],
    ['taken', 'https://user:password@retail.example.net/7'],
    ['taken', 'https://old.example.net/7'],
    ['taken', 'https://gateway.example.net/7'],
    ['other-site', 'https://other.example.net/7'],
    ['other-site', 'https://retail.example.net.other.example/7'],
    ['other-site', 'https://retail.example.net@other.example/7'],
    ['other-site', 'https://other.example/retail.example.net'],
    ['other-site', 'https://other.example\\@retail.example.net/7'],
    ['other-site', '//other.example/7'],
    ['other-site', '\\\\other.example/7'],
    ['other-site', ' https://other.example/7'],
    ['other-site', 'https:other.example/7'],
    ['other-site', 'https://example.net/7'],
    ['other-site', 'https://127.0.0.1/7'],
  ])('is %s for %j', (expected, self) => {
    expect(verdict(about({ self }))).toBe(expected);
  });

  it('decides whether anything is written: what is of another one is an event of no issue', () => {
    const self = 'https://other.example/7';
    const deleted = { ...about({ self }), webhookEvent: 'jira:issue_deleted' };
    for (const body of [about({ self }), deleted]) {
      const { read: found } = read(body);
      expect(found).toMatchObject({
        kind: 'read',
        delivery: null,
        facts: { issue_id: null, issue_key: null, project_key: null, event_type: body.webhookEvent },
      });
    }
  });

  it('takes with it what the issue is like, because a subscription would ask for it', () => {
    const fields = { ...ISSUE.fields, priority: { name: 'High' }, labels: ['a'] };
    const self = 'https://evil.example.net/rest/api/2/issue/7';
    expect(read(about({ fields })).read).toMatchObject({ facts: { priority: 'High', labels: ['a'] } });
    const { read: found } = read(about({ self, fields }));
    expect(found.kind === 'read' && Object.keys(found.facts)).not.toContain('priority');
    expect(found.kind === 'read' && Object.keys(found.facts)).not.toContain('labels');
  });
});

it('of automation is held to the same rules, also where its issue is the body itself', () => {
  const automation = { kind: 'automation' } as const;
  const self = 'https://evil.example.net/rest/api/2/issue/7';
  for (const body of [about({ self }), { ...ISSUE, self }])
    expect(verdict(body, automation)).toBe('other-site');
  for (const body of [about({}), ISSUE, { issue_key: 'ABC-1' }])
    expect(verdict(body, { ...automation, project_keys: ['XYZ'] })).toBe('403 project-not-allowed');
  expect(verdict({ ...ISSUE, tenant_id: 'other' }, automation)).toBe('403 tenant-mismatch');
});

describe('a broken body of automation', () => {
  const about = (body: string, project_keys: string[]) => {
    const { read: found } = read(body, { kind: 'automation', project_keys });
    return found.kind === 'refused' ? (found.facts?.issue_key ?? null) : found.kind;
  };

  it.each([
    ['SEC-1', '{"issue_key":"SEC-1","summary":"a "b""}', []],
    ['SEC-1', '{"issue_key":"SEC-1","summary":"a "b""}', ['OPS', 'sec']],
    [null, '{"issue_key":"SEC-1","summary":"a "b""}', ['OPS']],
    [null, '{"issue":{"key":"SEC-7", "fields": {{fields}}', ['OPS', 'SECURE']],
    [null, '{"x": "OPS-1", "issueKey": SEC-7', ['OPS']],
    [null, '{"key":"OPS_2-1",', ['OPS']],
  ])(
    'is listed under %s for %s through a connection for %j, because a broken body gets round no rule',
    (key, body, keys) => {
      expect(about(body, keys)).toBe(key);
    },
  );

  it('is parsed once, because 4 MB that are no JSON are no JSON the second time', () => {
    const parse = vi.spyOn(JSON, 'parse');
    expect(verdict('{"tenant_id":"default",', { kind: 'jira' })).toBe('400 body-not-json');
    expect(verdict('{"tenant_id":"default",', { kind: 'automation' })).toBe('400 body-not-json');
    expect(verdict('{"tenant_id":"default",', { kind: 'gitlab' })).toBe('400 body-not-json');
    expect(parse).toHaveBeenCalledTimes(3);
    parse.mockRestore();
  });
});

it('reads whatever comes without a throw, because anybody can write a body', () => {
  const value = fc.jsonValue();
  const body = fc.oneof(
    anyText(),
    fc
      .record({ tenant_id: value, webhookEvent: value, issue: value, project: value }, { requiredKeys: [] })
      .map((object) => JSON.stringify(object)),
    fc
      .record({ self: anyText(), id: value, key: value, fields: value }, { requiredKeys: [] })
      .map((issue) => JSON.stringify({ webhookEvent: 'x', issue })),
  );
  fc.assert(
    fc.property(body, (text) => {
      expect(['refused', 'read']).toContain(read(text, { project_keys: ['ABC'] }).read.kind);
    }),
  );
});

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { type Parsed, parseDelivery } from '../../../../src/senders/jira/parse.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const parse = (body: unknown): Parsed => parseDelivery(bytes(JSON.stringify(body)));
const parseText = (text: string): Parsed => parseDelivery(bytes(text));

const delivery = (parsed: Parsed) => (parsed.kind === 'delivery' ? parsed.delivery : null);
const problem = (parsed: Parsed) => (parsed.kind === 'refused' ? parsed.problem : null);
const paths = (parsed: Parsed) => problem(parsed)?.errors.map(({ path }) => path);

const ID_RULE = 'must be 1 to 20 digits, as a string or a whole number';
const EVENT = { webhookEvent: 'jira:issue_updated' };

describe('a body that is no JSON', () => {
  it.each([
    ['no bytes', ''],
    ['only white space', ' \r\n\t'],
    ['only a byte order mark', '\u{feff}'],
  ])('names the "Exclude body" setting for %s, because that setting is what empties a body', (_, text) => {
    expect(problem(parseText(text))).toMatchObject({ type: 'body-not-json', status: 400, errors: [] });
    expect(problem(parseText(text))?.detail).toContain('"Exclude body"');
  });

  it.each([
    '{',
    '{"webhookEvent":"x"',
    '{"summary":"say "hi""}',
    'webhookEvent=x',
    '\u{feff}\u{feff}{}',
    'NaN',
    '\u0000',
  ])('is a 400 for %j, because no later retry can fix it', (text) => {
    expect(problem(parseText(text))).toEqual({
      type: 'body-not-json',
      status: 400,
      detail: 'The body is not valid JSON.',
      errors: [],
    });
  });

  it('is a 400 for bytes that are no UTF-8, because replacing them would store what was never sent', () => {
    const parsed = parseDelivery(Uint8Array.of(0x7b, 0x22, 0xff, 0x22, 0x7d));
    expect(problem(parsed)).toMatchObject({ status: 400, detail: 'The body is not valid UTF-8.' });
  });

  it.each([
    ['gzip', gzipSync('{"webhookEvent":"jira:issue_updated"}')],
    ['gzip', Buffer.from([0x1f, 0x8b])],
    ['deflate', deflateSync('{}')],
    ['zstd', zstdCompressSync('{}')],
  ])('names the encoding of a body in %s, because its sender must know what to switch off', (name, body) => {
    expect(problem(parseDelivery(body))).toMatchObject({
      status: 400,
      type: 'body-not-json',
      detail: expect.stringContaining(`"Content-Encoding: ${name}"`),
    });
  });

  it('takes a byte order mark, because it is no part of the JSON', () => {
    expect(delivery(parseText('\u{feff}{"webhookEvent":"x"}'))?.webhookEvent).toBe('x');
  });
});

describe('JSON that is no Jira webhook', () => {
  it.each(['[]', 'null', '1', '"jira:issue_updated"', 'true', '[{"webhookEvent":"x"}]'])(
    'is a 422 for %s, because a delivery is an object',
    (text) => {
      expect(problem(parseText(text))).toMatchObject({
        type: 'not-a-jira-webhook',
        status: 422,
        errors: [{ path: '', message: 'must be a JSON object' }],
      });
    },
  );

  it.each([
    ['missing', {}],
    ['null', { webhookEvent: null }],
    ['empty', { webhookEvent: '' }],
    ['a number', { webhookEvent: 5 }],
    ['a list', { webhookEvent: ['jira:issue_updated'] }],
    ['201 characters long', { webhookEvent: 'x'.repeat(201) }],
    ['201 emoji long', { webhookEvent: '😀'.repeat(201) }],
    ['3 MB long', { webhookEvent: 'x'.repeat(3_000_000) }],
    ['only inherited', JSON.parse('{"__proto__":{"webhookEvent":"x"}}')],
  ])('is a 422 when webhookEvent is %s, because it then names no event', (_, body) => {
    expect(problem(parse(body))?.errors).toEqual([
      { path: 'webhookEvent', message: 'must be a string of 1 to 200 characters' },
    ]);
  });

  it.each(['x', 'x'.repeat(200), '😀'.repeat(200), 'an event of tomorrow', '__proto__', '\u0000'])(
    'takes any other event name verbatim, because the names are an open set',
    (webhookEvent) => {
      expect(delivery(parse({ webhookEvent }))?.webhookEvent).toBe(webhookEvent);
    },
  );

  it('names every path that is wrong and never a value, because the answer goes to the sender', () => {
    const parsed = parse({
      webhookEvent: '',
      issue: { id: 'private-1', key: 'private 2' },
      worklog: { issueId: 'private-3' },
      issueLink: { sourceIssueId: 'private-4' },
    });
    expect(paths(parsed)).toEqual([
      'webhookEvent',
      'issue.id',
      'issue.key',
      'worklog.issueId',
      'issueLink.sourceIssueId',
    ]);
    expect(JSON.stringify(parsed)).not.toContain('private');
  });

  it('says what a key must be and where to look, because the sender reads it', () => {
    expect(problem(parse({ ...EVENT, issue: { key: 'ORB#1' } }))).toEqual({
      type: 'not-a-jira-webhook',
      status: 422,
      detail: 'The body is JSON, but not a Jira webhook this service can take; see errors.',
      errors: [
        {
          path: 'issue.key',
          message: 'must be 1 to 255 printable characters without #, / or white space',
        },
      ],
    });
  });
});

describe('ids', () => {
  it.each([
    ['a string', '10417', '10417'],
    ['a number', 10417, '10417'],
    ['20 digits in a string', '98765432109876543210', '98765432109876543210'],
    ['with leading zeros', '00042', '00042'],
    ['zero', 0, '0'],
  ])('are taken as digits when sent as %s, because Jira sends both', (_, id, expected) => {
    expect(delivery(parse({ ...EVENT, issue: { id } }))?.issueId).toBe(expected);
    expect(delivery(parse({ ...EVENT, worklog: { issueId: id } }))?.worklogIssueId).toBe(expected);
    expect(delivery(parse({ ...EVENT, issueLink: { sourceIssueId: id } }))?.linkSourceId).toBe(expected);
  });

  it.each(['', ' 1', '1 ', '1#2', '1/2', '-1', '1.5', '1e3', '0x1f', '١٢', '1'.repeat(21), 'ORB-1', '1\n'])(
    'are refused when they are the text %j, because no key may hold it unchecked',
    (id) => {
      expect(problem(parse({ ...EVENT, issue: { id } }))?.errors).toEqual([
        { path: 'issue.id', message: ID_RULE },
      ]);
    },
  );

  it.each(['-1', '1.5', '1e308', '1e400', '1e21', 'true', '[1]', '{"id":1}', '123456789012345678901'])(
    'are refused when they are the JSON %s, because that is no id',
    (id) => {
      const parsed = parseText(`{"webhookEvent":"x","issue":{"id":${id}}}`);
      expect(problem(parsed)).toMatchObject({
        status: 422,
        errors: [{ path: 'issue.id', message: ID_RULE }],
      });
    },
  );

  it('keep every digit of a number that JavaScript cannot hold, because another issue would be meant', () => {
    const read = (part: string) => delivery(parseText(`{"webhookEvent":"x",${part}}`));
    expect(read('"issue":{"id":12345678901234567891}')?.issueId).toBe('12345678901234567891');
    expect(read('"worklog":{"issueId":9007199254740993}')?.worklogIssueId).toBe('9007199254740993');
    expect(read('"issueLink":{"sourceIssueId":18446744073709551615}')?.linkSourceId).toBe(
      '18446744073709551615',
    );
  });

  it('stay as they were sent beside a long one, because only that one is read again', () => {
    const read = delivery(
      parseText(
        '{"webhookEvent":"x","issue":{"id":12345678901234567891},' +
          '"worklog":{"issueId":"10417"},"issueLink":{"sourceIssueId":10418}}',
      ),
    );
    expect(read).toMatchObject({
      issueId: '12345678901234567891',
      worklogIssueId: '10417',
      linkSourceId: '10418',
    });
  });

  it('are refused when long and beside a million brackets, because reading them again would need recursion', () => {
    const deep = `${'['.repeat(1_000_000)}${']'.repeat(1_000_000)}`;
    const parsed = parseText(`{"webhookEvent":"x","issue":{"id":12345678901234567891,"x":${deep}}}`);
    expect(paths(parsed)).toEqual(['issue.id']);
  });
});

describe('keys', () => {
  it.each(['ORB-41', 'A', 'x'.repeat(255), 'Ä-1', '日本-1', 'A+B:C', '__proto__'])(
    'are taken verbatim: %s, because the limits are on characters and not on a form',
    (key) => {
      expect(delivery(parse({ ...EVENT, issue: { key } }))?.issueKey).toBe(key);
    },
  );

  it.each(['', ' ', 'A B', 'A#1', 'A/1', 'A\t1', 'A\u0000', 'A\u{200b}1', '\ud800', 'x'.repeat(256)])(
    'are refused when they are the text %j, because a path or an index could not hold it',
    (key) => {
      expect(paths(parse({ ...EVENT, issue: { key } }))).toEqual(['issue.key']);
    },
  );

  it.each([5, true, ['ORB-1'], { key: 'ORB-1' }])('are refused when they are no text: %j', (key) => {
    expect(paths(parse({ ...EVENT, issue: { key } }))).toEqual(['issue.key']);
  });
});

describe('parts that are missing', () => {
  it.each([
    ['missing', {}],
    ['null', { issue: null, worklog: null, issueLink: null }],
    ['no objects', { issue: 'ORB-1', worklog: [{ issueId: 'x' }], issueLink: 7 }],
    ['empty', { issue: {}, worklog: {}, issueLink: {} }],
    [
      'objects of nulls',
      { issue: { id: null, key: null }, worklog: { issueId: null }, issueLink: { sourceIssueId: null } },
    ],
  ])('leave the delivery taken when they are %s, because many events have no issue', (_, parts) => {
    expect(delivery(parse({ ...EVENT, ...parts }))).toEqual({
      webhookEvent: 'jira:issue_updated',
      issueId: null,
      issueKey: null,
      worklogIssueId: null,
      linkSourceId: null,
      body: { ...EVENT, ...parts },
    });
  });

  it('hands the whole body on unchanged, because unknown keys are for later stages', () => {
    const body = { ...EVENT, bulkOperationMetaData: { id: 1 }, toString: 'x', constructor: null };
    expect(delivery(parse(body))?.body).toEqual(body);
  });
});

describe('the fixtures', () => {
  const folder = join(import.meta.dirname, '../../../fixtures/deliveries');

  it.each(readdirSync(folder))('%s is taken, because Jira sends such bodies', (file) => {
    expect(parseDelivery(readFileSync(join(folder, file))).kind).toBe('delivery');
  });
});

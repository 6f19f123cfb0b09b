import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { type Answer, startApp, type TestApp } from '../../support/app.ts';
import { depth } from '../../support/depth.ts';
import { useEngine } from '../../support/use-engine.ts';

const engine = useEngine();
let app: TestApp;

beforeAll(async () => {
  app = await startApp({ endpoint: engine.endpoint });
});
/** A signed body is taken or kept aside; either way the answer names its event, and nothing is a 5xx. */
const expectTaken = ({ status, body }: Answer, allowed: number[] = [200, 202, 400, 422]): void => {
  expect(allowed).toContain(status);
  expect(body.event_id).toMatch(/^evt_[0-9a-f]{40}$/);
};

const issue = (fields: string, id = '"1"') =>
  `{"webhookEvent":"jira:issue_updated","timestamp":1,"issue":{"id":${id},"key":"HOST-1","fields":{"updated":"2024-01-01T00:00:00.000+0000",${fields}}}}`;

const many = (text: string, times: number): string => text.repeat(times);

describe('signed hostile bodies', () => {
  it.each([
    ['3.9 MB of [', many('[', 3_900_000), 400],
    ['a million nested arrays', many('[', 1_000_000) + many(']', 1_000_000), 422],
    [
      'a webhook with a million nested arrays',
      `{"webhookEvent":"x","a":${many('[', 900_000)}${many(']', 900_000)}}`,
      202,
    ],
    [
      'nesting in a custom field',
      issue(`"customfield_1":${many('{"a":', 200_000)}1${many('}', 200_000)}`),
      202,
    ],
    [
      'nesting in the description',
      issue(`"description":${many('{"type":"doc","content":[', 50_000)}${many(']}', 50_000)}`),
      202,
    ],
    ['a 3 MB summary', issue(`"summary":"${many('x', 3_000_000)}"`), 202],
    [
      '100,000 labels',
      issue(`"labels":[${Array.from({ length: 100_000 }, (_, n) => `"label-${n * 7919}"`).join(',')}]`),
      202,
    ],
    [
      '100,000 custom fields',
      issue(Array.from({ length: 100_000 }, (_, n) => `"customfield_${n}":${n}`).join(',')),
      202,
    ],
    [
      '50,000 changes',
      `{"webhookEvent":"x","changelog":{"items":[${many('{"field":"Key","fromString":"A-1","toString":"B-2"},', 49_999)}{}]},"issue":{"id":"77","key":"B-2"}}`,
      202,
    ],
    [
      '__proto__ everywhere',
      '{"__proto__":{"webhookEvent":"x"},"webhookEvent":"__proto__","issue":{"__proto__":{"id":"1"},"fields":{"__proto__":1}}}',
      202,
    ],
    ['toString without a value', '{"webhookEvent":"x","changelog":{"items":[{"field":"a"}]}}', 202],
    [
      'a lone surrogate',
      '{"webhookEvent":"\\ud800","issue":{"id":"2","key":"A-2","fields":{"updated":"2024-01-01T00:00:00Z","summary":"\\udfff"}}}',
      202,
    ],
    ['NUL in an event name', '{"webhookEvent":"a\\u0000b"}', 202],
    ['1e308 as a time', '{"webhookEvent":"x","timestamp":1e308,"issue":{"id":"3","key":"A-3"}}', 202],
    ['1e308 as an id', '{"webhookEvent":"x","issue":{"id":1e308,"key":"A-3"}}', 422],
    ['1e999 in a custom field', issue('"customfield_1":1e999'), 202],
    ['an id with #', '{"webhookEvent":"x","issue":{"id":"1#2","key":"A-1"}}', 422],
    ['an id with a newline', '{"webhookEvent":"x","issue":{"id":"1\\n","key":"A-1"}}', 422],
    ['a key like a path', '{"webhookEvent":"x","issue":{"id":"1","key":"../../etc/passwd"}}', 422],
    ['a key of 256 characters', `{"webhookEvent":"x","issue":{"id":"1","key":"${many('K', 256)}"}}`, 422],
    [
      'a key of 255 wide characters',
      `{"webhookEvent":"x","issue":{"id":"5","key":"${many('ΐ', 255)}"}}`,
      202,
    ],
    [
      'empty strings everywhere',
      '{"webhookEvent":"x","timestamp":"","issue":{"id":"","key":"","fields":""},"changelog":"","user":"","comment":""}',
      422,
    ],
    ['an empty event name', '{"webhookEvent":""}', 422],
    ['an event name of 201 characters', `{"webhookEvent":"${many('e', 201)}"}`, 422],
    ['null', 'null', 422],
    ['a string', '"jira:issue_created"', 422],
    ['an array', '[{"webhookEvent":"x"}]', 422],
    ['nothing', '', 400],
    ['half a body', '{"webhookEvent":"jira:iss', 400],
  ])('answers %s, because a signed body is never lost', async (_name, body, status) => {
    expectTaken(await app.deliver(body), [status]);
  });

  it('keeps invalid UTF-8 aside, because the bytes may be repaired later', async () => {
    expectTaken(await app.deliver(Buffer.from([0x7b, 0xff, 0xfe, 0x00, 0x7d])), [400]);
  });

  it('says without a payload value what was wrong, because answers are logged elsewhere', async () => {
    const { body } = await app.deliver('{"webhookEvent":"x","issue":{"id":"a b","key":"c/d"}}');
    expect(body.errors).toEqual([
      { path: 'issue.id', message: expect.any(String) },
      { path: 'issue.key', message: expect.any(String) },
    ]);
    expect(JSON.stringify(body.errors)).not.toMatch(/a b|c\/d/);
  });

  it('never fails on any bytes, because a signed sender may still be broken', {
    tags: ['deep'],
  }, async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), async (bytes) =>
        expectTaken(await app.deliver(bytes)),
      ),
      { numRuns: depth(15, 60) },
    );
  });

  it('never fails on any JSON in any place of an issue, because shapes change without notice', {
    tags: ['deep'],
  }, async () => {
    const place = fc.constantFrom(
      'issue',
      'user',
      'changelog',
      'comment',
      'timestamp',
      'worklog',
      'issueLink',
      'webhookEvent',
    );
    await fc.assert(
      fc.asyncProperty(place, fc.jsonValue(), fc.jsonValue(), async (name, value, fields) => {
        const base = { webhookEvent: 'x', timestamp: 5, issue: { id: '9', key: 'ANY-9', fields } };
        expectTaken(await app.deliver(JSON.stringify({ ...base, [name]: value })));
      }),
      { numRuns: depth(25, 100) },
    );
  });
});

describe('hostile headers', () => {
  it.each([
    '',
    '=',
    'sha256',
    'sha256=',
    `sha1=${many('a', 40)}`,
    `md5=${many('a', 32)}`,
    `__proto__=${many('a', 64)}`,
    `sha256=${many('a', 63)}`,
    `sha256=${many('a', 65)}`,
    `sha256=${many('g', 64)}`,
    ` sha256=${many('a', 64)}`,
    `sha256=${many('a', 64)} `,
    `SHA256=${many('a', 64)}`,
    `sha256=${many('a', 64)},sha256=${many('b', 64)}`,
    many('a', 100_000),
    '\u0000',
  ])('are refused without a hint (%#), because a hint helps only a forger', async (signature) => {
    const { status, body } = await app.deliver('{"webhookEvent":"x"}', { signature });
    expect(status).toBe(401);
    expect(body.detail).toBe('A valid signature of the body is required.');
    expect(Object.keys(body).sort()).toEqual(['detail', 'received_at', 'run_id', 'status', 'title', 'type']);
  });

  it('take no part in what is stored, because only the body is signed', async () => {
    const identifier = `${many('i', 5_000)}#\n/../`;
    expectTaken(await app.deliver('{"webhookEvent":"long identifier"}', { identifier }), [202]);
    const again = await app.deliver('{"webhookEvent":"long identifier"}', { identifier: 'another' });
    expect(again.body).toMatchObject({
      status: 'duplicate',
      outcome: 'duplicate',
      idempotency_key: 'another',
    });
  });
});

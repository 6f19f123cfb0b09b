import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type * as z from 'zod/mini';
import { BadRequestError } from '../../../src/errors/errors.ts';
import type { HttpRequest } from '../../../src/http/request.ts';
import { readForm } from '../../../src/manage/read-form.ts';
import {
  changeForm,
  filterWith,
  matchForm,
  newSubscriptionForm,
  rotateForm,
  wrongFilter,
  wrongHeaders,
  wrongSecret,
} from '../../../src/manage/subscriptions/forms.ts';
import { requestErrors } from '../../support/openapi.ts';

const requestOf = (body: string): HttpRequest => {
  const bytes = Buffer.from(body);
  return {
    ...{ method: 'POST', path: '/subscriptions', tenant: 'retail', headers: new Map(), query: new Map() },
    ...{ raw_query: '', domain_name: 'api.example.com', caller: null, source_ip: '127.0.0.1' },
    body_bytes: bytes.length,
    readBody: () => bytes,
  };
};

/** The fields that are named as wrong; what is said of them repeats no value that was sent. */
const wrongOf = <T>(schema: z.ZodMiniType<T>, body: unknown): string[] => {
  try {
    readForm(schema, requestOf(JSON.stringify(body)));
  } catch (fault) {
    if (!(fault instanceof BadRequestError)) throw fault;
    return (fault.errors ?? []).map(({ path }) => path);
  }
  return [];
};

const create = newSubscriptionForm('retail');
const least = { name: 'An agent', url: 'https://hooks.example.com/x' };
const SUBSCRIBER = 'con_AAAAAAAAAAAAAAAAAAAAAA';

describe('the form of a new subscription', () => {
  it('takes the least, and every setting, each list once in each entry', () => {
    expect(readForm(create, requestOf(JSON.stringify(least)))).toEqual(least);
    const all = {
      ...{ ...least, tenant_id: 'retail', kind: 'https', format: 'raw', signature: 'hub-sha256' },
      filter: {
        ...{
          connections: [SUBSCRIBER],
          sources: ['jira', 'reconcile'],
          event_types: ['jira:issue_*', 'new'],
        },
        ...{ projects: ['ops', 'OPS'], issue_types: ['Bug', 'Bug'], priorities: ['Högst'] },
        ...{
          request_types: ['Get help'],
          labels: ['a b'],
          changed_fields: ['status'],
          except_actors: ['1:2'],
        },
      },
      ...{
        headers: { 'X-Api-Key': 'k' },
        secret: 'of theirs',
        secret_encoding: 'text',
        priority: 'by_issue',
      },
      ...{ concurrency: 50, rate_per_second: 1_000, timeout_seconds: 60, retry: 'standard' },
    };
    expect(readForm(create, requestOf(JSON.stringify(all)))).toEqual({
      ...all,
      filter: { ...all.filter, projects: ['OPS'], issue_types: ['Bug'] },
    });
  });

  it.each([
    ['name', ''],
    ['name', 'two\nlines'],
    ['url', undefined],
    ['url', 7],
    ['kind', 'sqs'],
    ['tenant_id', 'default'],
    ['format', 'xml'],
    ['signature', 'md5'],
    ['signature', null],
    ['priority', 'urgent'],
    ['concurrency', 0],
    ['concurrency', 51],
    ['concurrency', 1.5],
    ['rate_per_second', 0],
    ['rate_per_second', 1_001],
    ['timeout_seconds', 0],
    ['timeout_seconds', 61],
    ['retry', 'often'],
    ['secret', 'short'],
    ['secret', `${'x'.repeat(20)}\n`],
    ['secret', 'x'.repeat(1_025)],
    ['secret_encoding', 'hex'],
    ['filter', null],
    ['filter', ['OPS']],
    ['headers', ['X-Api-Key']],
    ['status', 'paused'],
    ['rev', 7],
    ['matches_since', '2020-01-01T00:00:00Z'],
    ['__proto__', { rev: 7 }],
  ])('names %s where it is %j', (field, value) => {
    const body = JSON.stringify({ ...least, 'the field': value }).replace('"the field"', `"${field}"`);
    const fields = (() => {
      try {
        readForm(create, requestOf(value === undefined ? JSON.stringify({ name: 'x' }) : body));
        return [];
      } catch (fault) {
        return fault instanceof BadRequestError ? (fault.errors ?? []).map(({ path }) => path) : [fault];
      }
    })();
    expect(fields).toEqual([field]);
  });

  it.each([
    ['filter.projects', { projects: 'OPS' }],
    ['filter.projects.1', { projects: ['OPS', 'A B'] }],
    ['filter.sources.0', { sources: ['admin'] }],
    ['filter.sources.0', { sources: ['Jira'] }],
    ['filter.event_types.0', { event_types: ['jira:*_created'] }],
    ['filter.event_types.0', { event_types: ['**'] }],
    ['filter.event_types.0', { event_types: [''] }],
    ['filter.event_types.0', { event_types: ['a b'] }],
    ['filter.connections.0', { connections: ['con_1'] }],
    ['filter.labels.0', { labels: [''] }],
    ['filter.labels.0', { labels: ['turned \u202e round'] }],
    ['filter.labels', { labels: Array.from({ length: 101 }, (_, n) => `l${n}`) }],
    ['filter.project', { project: ['OPS'] }],
  ])('names %s, because a filter has more than one thing that may be wrong', (path, filter) => {
    expect(wrongOf(create, { ...least, filter })).toEqual([path]);
    expect(wrongOf(changeForm, { filter })).toEqual([path]);
  });

  it('never fails in another way, whatever it is sent', () => {
    const forms = [create, changeForm, rotateForm('retail'), matchForm('retail')] as z.ZodMiniType<unknown>[];
    fc.assert(
      fc.property(fc.json(), fc.constantFrom(...forms), (body, form) => {
        try {
          readForm(form, requestOf(body));
        } catch (fault) {
          if (!(fault instanceof BadRequestError)) throw fault;
        }
      }),
    );
  });
});

describe('the form of a change', () => {
  it.each(['tenant_id', 'kind', 'status', 'secret', 'secret_encoding'])(
    'names no %s, and says what to do instead',
    (field) => {
      const change = () => readForm(changeForm, requestOf(JSON.stringify({ [field]: 'x' })));
      expect(change).toThrow(/make a new subscription|use POST \/subscriptions/);
    },
  );

  it('clears a rate with null, and nothing else', () => {
    expect(wrongOf(changeForm, { rate_per_second: null })).toEqual([]);
    for (const field of ['url', 'headers', 'filter', 'name', 'priority', 'concurrency'])
      expect(wrongOf(changeForm, { [field]: null })).toEqual([field]);
  });
});

describe('what docs/openapi.yaml says of a form', () => {
  const full = {
    ...{
      ...least,
      tenant_id: 'retail',
      kind: 'https',
      format: 'raw',
      signature: 'hub-sha256',
      priority: 'by_issue',
    },
    ...{
      filter: filterWith(),
      headers: { A: 'b' },
      concurrency: 1,
      rate_per_second: null,
      timeout_seconds: 1,
    },
    ...{ retry: 'default', secret: 'of theirs', secret_encoding: 'text' },
  };
  const ends = [
    ...[
      { concurrency: 50 },
      { concurrency: 51 },
      { concurrency: 0 },
      { rate_per_second: 1 },
      { rate_per_second: 0 },
    ],
    ...[
      { rate_per_second: 1_000 },
      { rate_per_second: 1_001 },
      { timeout_seconds: 60 },
      { timeout_seconds: 61 },
    ],
    ...[
      { name: '' },
      { name: 'x'.repeat(100) },
      { name: 'x'.repeat(101) },
      { more: 1 },
      { filter: { more: [] } },
    ],
    ...[{ headers: { a: 1 } }, { format: 'xml' }, { signature: 'md5' }, { priority: 'x' }, { retry: 'x' }],
  ];

  it.each(ends)('is what the form takes of %j, because clients are built on the page', (differs) => {
    for (const [operation, form, body] of [
      ['create-subscription', create, { ...full, ...differs }],
      ['change-subscription', changeForm, differs],
    ] as const)
      expect([operation, requestErrors(operation, body).length > 0]).toEqual([
        operation,
        wrongOf(form as z.ZodMiniType<unknown>, body).length > 0,
      ]);
  });

  it.each([
    [
      'rotate-subscription',
      rotateForm('retail'),
      { grace_hours: 720, force: true, secret: 'x'.repeat(1_024) },
    ],
    ['rotate-subscription', rotateForm('retail'), { grace_hours: 721 }],
    ['rotate-subscription', rotateForm('retail'), { secret: 'x'.repeat(7) }],
    ['match-subscription', matchForm('retail'), { event_id: `evt_${'a'.repeat(40)}` }],
    ['match-subscription', matchForm('retail'), { event_id: `evt_${'a'.repeat(41)}` }],
    ['match-subscription', matchForm('retail'), {}],
    ['change-subscription', changeForm, { kind: 'https' }],
  ])('is what the form of %s takes', (operation, form, body) => {
    const wrong = wrongOf(form as z.ZodMiniType<unknown>, body);
    expect(requestErrors(operation, body).length > 0).toBe(wrong.length > 0);
  });
});

describe('the key that a receiver brings', () => {
  const base64 = Buffer.from('a key of theirs').toString('base64');

  it.each([
    [{ secret: base64 }, 'standard', null],
    [{ secret: `whsec_${base64}` }, 'standard', null],
    [{ secret: 'any text at all' }, 'standard', 'text'],
    [{ secret: 'any text at all' }, 'hub-sha256', null],
    [{ secret: base64 }, 'hub-sha256', 'base64'],
    [{}, 'none', null],
  ] as const)('may be %j with signature %s and encoding %s', (form, signature, encoding) => {
    expect(wrongSecret(form, signature, encoding)).toEqual([]);
  });

  it.each([
    [{ secret: 'any text at all' }, 'standard', null],
    [{ secret: 'whsec_' }, 'standard', null],
    [{ secret: 'whsec_YWJj' }, 'standard', null],
    [{ secret: 'any text at all' }, 'hub-sha256', 'base64'],
    [{ secret: base64 }, 'none', null],
  ] as const)('is refused where it is %j with signature %s and encoding %s', (form, signature, encoding) => {
    const wrong = wrongSecret(form, signature, encoding);
    expect(wrong.map(({ path }) => path)).toEqual(['secret']);
    expect(wrong[0]?.message).not.toContain(form.secret);
  });
});

describe('headers for a target', () => {
  it('may have each name once, in whatever case, and not too many', () => {
    expect(wrongHeaders({ 'X-A': '1', Authorization: 'Bearer x' })).toEqual([]);
    expect(wrongHeaders({ 'X-A': '1', 'x-a': '2' }).map(({ path }) => path)).toEqual(['headers']);
    const many = Object.fromEntries(Array.from({ length: 21 }, (_, n) => [`X-${n}`, 'v']));
    expect(wrongHeaders(many).map(({ path }) => path)).toEqual(['headers']);
  });

  it('are named where they are ours, in whatever case, and never with their value', () => {
    const names = [
      'host',
      'content-length',
      'connection',
      'transfer-encoding',
      'webhook-id',
      'x-hub-signature',
    ];
    const cased = fc
      .constantFrom(...names)
      .chain((name) =>
        fc
          .array(fc.boolean(), { minLength: name.length, maxLength: name.length })
          .map((upper) => [...name].map((letter, n) => (upper[n] ? letter.toUpperCase() : letter)).join('')),
      );
    fc.assert(
      fc.property(cased, (name) => {
        const [wrong] = wrongHeaders({ [name]: 'value-that-is-secret' });
        expect(wrong?.path).toBe(`headers.${name}`);
        expect(wrong?.message).not.toContain('is-secret');
      }),
    );
  });
});

describe('a filter', () => {
  it('keeps the lists that are not named', () => {
    const before = filterWith({ projects: ['OPS'], labels: ['a'] });
    expect(filterWith(undefined, before)).toEqual(before);
    expect(filterWith({ labels: [] }, before)).toEqual({ ...before, labels: [] });
    expect(Object.values(filterWith()).flat()).toEqual([]);
  });

  it('that would not fit its row is refused, because lists are set one by one', () => {
    const names = Array.from({ length: 100 }, (_, n) => `${n}${'ö'.repeat(190)}`);
    const one = filterWith({ labels: names });
    expect(wrongFilter(one)).toEqual([]);
    expect(wrongFilter(filterWith({ issue_types: names }, one)).map(({ path }) => path)).toEqual(['filter']);
  });
});

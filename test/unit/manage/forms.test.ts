import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type * as z from 'zod/mini';
import { BadRequestError } from '../../../src/errors/errors.ts';
import type { HttpRequest } from '../../../src/http/request.ts';
import {
  changeForm,
  misplacedFields,
  newConnectionForm,
  rotateForm,
  statusForm,
} from '../../../src/manage/forms.ts';
import { readForm } from '../../../src/manage/read-form.ts';

const requestOf = (body: Uint8Array | string): HttpRequest => {
  const bytes = Buffer.from(body);
  return {
    method: 'POST',
    path: '/connections',
    tenant: 'retail',
    headers: new Map(),
    query: new Map(),
    raw_query: '',
    domain_name: 'api.example.com',
    caller: null,
    source_ip: '127.0.0.1',
    body_bytes: bytes.length,
    readBody: () => bytes,
  };
};

const read = <T>(schema: z.ZodMiniType<T>, body: unknown): T =>
  readForm(schema, requestOf(JSON.stringify(body)));

/** The fields that are named as wrong, with what is said of each. */
const wrongOf = (work: () => unknown): [string, string][] => {
  try {
    work();
  } catch (fault) {
    if (!(fault instanceof BadRequestError)) throw fault;
    for (const { path, message } of fault.errors ?? []) {
      expect(fault.message).toContain(path);
      expect(fault.message).toContain(message);
    }
    return (fault.errors ?? []).map(({ path, message }) => [path, message]);
  }
  return [];
};

const create = newConnectionForm('retail');
const least = { name: 'Retail Jira', kind: 'jira' };

const wrongIn = (changes: object): [string, string][] =>
  wrongOf(() => read(create, { ...least, ...changes }));

describe('the form of a new connection', () => {
  it('takes the least, and every setting, each in the one form in which it is compared', () => {
    expect(read(create, least)).toEqual(least);
    const all = {
      ...{ ...least, auth: 'header', status: 'draft', header_name: 'X-Secret', tenant_id: 'retail' },
      site_url: 'https://Jira.Example.NET:443/jira/',
      site_hosts: ['JIRA.example.net', 'jira.example.net.', '10.0.0.1'],
      project_keys: ['ops', 'OPS', 'SHOP'],
      allowed_cidrs: ['2001:DB8::/32', '192.0.2.0/24', '192.0.2.0/24'],
      ...{
        user_agent_prefix: 'Automation for Jira',
        rate: { per_minute: 60 },
        default_event_type: 'jira:done',
      },
    };
    expect(read(create, all)).toEqual({
      ...all,
      site_url: 'https://jira.example.net/jira',
      site_hosts: ['jira.example.net', '10.0.0.1'],
      project_keys: ['OPS', 'SHOP'],
      allowed_cidrs: ['2001:db8::/32', '192.0.2.0/24'],
    });
  });

  it.each([
    ['name', ''],
    ['name', '   '],
    ['name', 'x'.repeat(101)],
    ['name', 'two\nlines'],
    ['name', 'red \u001b[31m'],
    ['name', 'turned \u202e round'],
    ['name', 'half \ud800'],
    ['name', 7],
    ['name', null],
    ['kind', 'reconcile'],
    ['kind', 'admin'],
    ['kind', 'Jira'],
    ['kind', ['jira']],
    ['kind', 'constructor'],
    ['auth', 'none'],
    ['status', 'disabled'],
    ['tenant_id', 'default'],
    ['tenant_id', 'Retail'],
    ['tenant_id', ''],
    ['tenant_id', null],
    ['secret_encoding', 'hex'],
    ['imported', ''],
    ['imported', 'short'],
    ['imported', `${'x'.repeat(20)}\n`],
    ['imported', 'x'.repeat(1_025)],
    ['site_url', 'http://jira.example.net'],
    ['site_url', 'https://user:pass@jira.example.net'],
    ['site_url', 'https://jira.example.net/?x=1'],
    ['site_url', 'https://jira.example.net/#x'],
    ['site_url', 'jira.example.net'],
    ['site_url', 'javascript:alert(1)'],
    ['site_url', `https://jira.example.net/${'x'.repeat(500)}`],
    ['user_agent_prefix', ''],
    ['user_agent_prefix', ' Jira'],
    ['user_agent_prefix', 'Jira\r\nX: y'],
    ['user_agent_prefix', 'x'.repeat(201)],
    ['rate', 5],
    ['rate', {}],
    ['rate', []],
    ['default_event_type', ''],
    ['default_event_type', 'a b'],
    ['default_event_type', '-a'],
    ['default_event_type', 'x'.repeat(101)],
    ['project_keys', 'OPS'],
    ['project_keys', null],
    ['project_keys', Array.from({ length: 501 }, (_, n) => `P${n}`)],
    ['allowed_cidrs', '192.0.2.0/24'],
    ['allowed_cidrs', Array.from({ length: 501 }, (_, n) => `10.0.${n % 250}.0/24`)],
    ['site_hosts', Array.from({ length: 51 }, (_, n) => `h${n}.example.net`)],
  ])('names %s where it is %j, and repeats nothing of it', (field, value) => {
    const wrong = wrongIn({ [field]: value });
    expect(wrong.map(([path]) => path.split('.')[0])).toEqual([field]);
    expect(wrong[0]?.[1]).toMatch(/^must /);
    if (typeof value === 'string' && value.length > 4) expect(wrong[0]?.[1]).not.toContain(value);
  });

  it.each([
    ['rate.per_minute', { rate: { per_minute: 0 } }],
    ['rate.per_minute', { rate: { per_minute: 1.5 } }],
    ['rate.per_minute', { rate: { per_minute: -1 } }],
    ['rate.per_minute', { rate: { per_minute: '60' } }],
    ['rate.per_minute', { rate: { per_minute: 1_000_001 } }],
    ['rate.per_hour', { rate: { per_minute: 1, per_hour: 1 } }],
    ['project_keys.1', { project_keys: ['OPS', 'A B'] }],
    ['project_keys.0', { project_keys: ['OPS" OR 1=1'] }],
    ['project_keys.0', { project_keys: [7] }],
    ['allowed_cidrs.0', { allowed_cidrs: ['192.0.2.0'] }],
    ['allowed_cidrs.0', { allowed_cidrs: ['192.0.2.0/33'] }],
    ['allowed_cidrs.0', { allowed_cidrs: ['2001:db8::/129'] }],
    ['allowed_cidrs.0', { allowed_cidrs: ['192.0.2/24'] }],
    ['allowed_cidrs.0', { allowed_cidrs: ['any'] }],
    ['site_hosts.0', { site_hosts: ['https://jira.example.net'] }],
    ['site_hosts.0', { site_hosts: ['jira.example.net:8443'] }],
    ['site_hosts.0', { site_hosts: ['jira.example.net/x'] }],
    ['site_hosts.0', { site_hosts: [''] }],
  ])(
    'names %s in %j, because a list or an object has more than one thing that may be wrong',
    (path, changes) => {
      expect(wrongIn(changes).map(([named]) => named)).toEqual([path]);
    },
  );

  it.each([
    'Host',
    'CONTENT-LENGTH',
    'content-type',
    'Cookie',
    'Set-Cookie',
    'Authorization',
    'Proxy-Authorization',
    'Transfer-Encoding',
    'Connection',
    'TE',
    'Upgrade',
    'Expect',
    'User-Agent',
    'Origin',
    'If-Match',
    'Sec-Fetch-Site',
    'X-Forwarded-For',
    'X-Amz-Date',
    'X-Hub-Signature',
    'X-Hub-Signature-256',
    'X-GitHub-Event',
    'X-GitLab-Event',
    'X-Atlassian-Webhook-Identifier',
    'Webhook-Hops',
    'a b',
    'a:b',
    'a\r\nb',
    'é',
    '',
    '-x',
    'x'.repeat(65),
  ])('refuses %j as the name of a header, because others write, strip, log or store it', (header_name) => {
    expect(wrongIn({ auth: 'header', header_name }).map(([path]) => path)).toEqual(['header_name']);
  });

  it.each(['X-Webhook-Secret', 'x_webhook_secret', 'X-Gitlab-Token', 'X-Api-Key', 'Token'])(
    'takes %s as the name of a header',
    (header_name) => {
      expect(wrongIn({ auth: 'header', header_name })).toEqual([]);
    },
  );

  it.each(['__proto__', 'constructor', 'prototype', 'toString', 'rev', 'connection_id', 'current', 'secret'])(
    'knows no field %s, because what is not asked for may not be set',
    (name) => {
      const body = `{"name":"x","kind":"jira","${name}":{"rev":7}}`;
      expect(wrongOf(() => readForm(create, requestOf(body))).map(([path]) => path)).toEqual([name]);
      expect(({} as Record<string, unknown>).rev).toBeUndefined();
    },
  );

  it('names all that is wrong at once, and no more than a person reads', () => {
    const wrong = wrongIn({ name: '', kind: 'x', rate: 1, colour: 'red' }).map(([path]) => path);
    expect(wrong.toSorted()).toEqual(['colour', 'kind', 'name', 'rate']);
    const many = Object.fromEntries(Array.from({ length: 500 }, (_, n) => [`x${n}`, 1]));
    expect(wrongIn(many)).toHaveLength(20);
    expect(wrongIn({ ['x'.repeat(5_000)]: 1 })[0]?.[0]).toHaveLength(64);
  });

  it.each([
    ['no JSON', '{"name":'],
    ['a list', '[]'],
    ['text', '"x"'],
    ['null', 'null'],
    ['a number', '1'],
    ['not UTF-8', Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d])],
  ])('says what a body must be that is %s', (_what, body) => {
    const wrong = wrongOf(() => readForm(create, requestOf(body)));
    expect(wrong).toEqual([['', 'must be a JSON object in UTF-8']]);
  });

  it('is not read where it is too large, whatever it holds', () => {
    const body = JSON.stringify({ ...least, name: 'x'.repeat(100_001) });
    const request = { ...requestOf(body), readBody: () => expect.unreachable() };
    expect(() => readForm(create, request)).toThrow(expect.objectContaining({ status: 413 }));
  });

  it('never fails in another way, whatever it is sent', () => {
    fc.assert(
      fc.property(fc.json(), (body) => {
        wrongOf(() => readForm(create, requestOf(body)));
      }),
    );
  });
});

describe('what does not go together', () => {
  const wrong = (form: object, together: Parameters<typeof misplacedFields>[1]) =>
    misplacedFields(form, together).map(({ path }) => path);

  it.each(['github', 'gitlab', 'bitbucket', 'bitbucket_server', 'commits'] as const)(
    'is url for %s, because only jira and automation have senders that need it',
    (kind) => {
      expect(wrong({}, { kind, auth: 'url' })).toEqual(['auth']);
      expect(wrong({}, { kind, auth: 'header' })).toEqual([]);
    },
  );

  it('is a header name, a key or an encoding with an auth that has no use for it', () => {
    for (const auth of ['signature', 'url'] as const)
      expect(wrong({ header_name: 'X-Secret' }, { kind: 'jira', auth })).toEqual(['header_name']);
    for (const auth of ['header', 'url'] as const) {
      const form = { imported: 'of somebody else', secret_encoding: 'text' };
      expect(wrong(form, { kind: 'jira', auth })).toEqual(['imported', 'secret_encoding']);
    }
    expect(wrong({ header_name: null }, { kind: 'jira', auth: 'url' })).toEqual([]);
  });

  it('is an imported key that is not the base64 it is said to be', () => {
    const together = { kind: 'github', auth: 'signature' } as const;
    for (const imported of ['not base64 at all', 'abcdefghijk', 'YWJj', 'YWJjZGVmZ2hp\u00a0'])
      expect(wrong({ imported, secret_encoding: 'base64' }, together)).toEqual(['imported']);
    expect(wrong({ imported: 'YWJjZGVmZ2hp', secret_encoding: 'base64' }, together)).toEqual([]);
  });

  it('is what only issues have, for senders of commits', () => {
    const form = {
      ...{ site_url: 'https://x.example', site_hosts: ['x.example'], project_keys: ['X'] },
      default_event_type: 'x',
    };
    expect(wrong(form, { kind: 'github', auth: 'signature' })).toEqual(Object.keys(form));
    expect(wrong({ site_url: null, site_hosts: [] }, { kind: 'github', auth: 'signature' })).toEqual([]);
    expect(wrong(form, { kind: 'automation', auth: 'url' })).toEqual([]);
  });
});

describe('the other forms', () => {
  it.each(['tenant_id', 'kind', 'auth', 'status', 'secret'])(
    'let a change not name %s, and say what to do instead',
    (name) => {
      const wrong = wrongOf(() => read(changeForm, { [name]: 'jira' }));
      expect(wrong).toEqual([[name, expect.stringMatching(/make a new connection|use POST/)]]);
    },
  );

  it.each(['rev', 'connection_id', 'created_at', 'last_received_at', 'imported', '__proto__'])(
    'know no %s in a change',
    (name) => {
      const body = `{"name":"x","${name}":1}`;
      expect(wrongOf(() => readForm(changeForm, requestOf(body))).map(([path]) => path)).toEqual([name]);
    },
  );

  it('clear with null what may be none', () => {
    const none = { user_agent_prefix: null, rate: null, default_event_type: null, header_name: null };
    expect(read(changeForm, none)).toEqual(none);
  });

  it.each([-1, 1.5, 721, '24', null])('take no grace of %j hours', (grace_hours) => {
    expect(wrongOf(() => read(rotateForm('retail'), { grace_hours })).map(([path]) => path)).toEqual([
      'grace_hours',
    ]);
  });

  it('rotate with a day of grace, and without a body', () => {
    expect(readForm(rotateForm('retail'), requestOf(''))).toEqual({ grace_hours: 24 });
    expect(read(rotateForm('retail'), { grace_hours: 0, force: true })).toEqual({
      grace_hours: 0,
      force: true,
    });
  });

  it('name no other tenant, because the path alone says whose a connection is', () => {
    for (const form of [rotateForm('retail'), statusForm('retail')] as z.ZodMiniType<unknown>[]) {
      expect(wrongOf(() => read(form, { tenant_id: 'default' })).map(([path]) => path)).toEqual([
        'tenant_id',
      ]);
      expect(wrongOf(() => read(form, { tenant_id: 'retail' }))).toEqual([]);
    }
  });

  it('take a reason of one line', () => {
    expect(read(statusForm('retail'), { reason: 'Moved to the new site' })).toEqual({
      reason: 'Moved to the new site',
    });
    expect(wrongOf(() => read(statusForm('retail'), { reason: 'a\nb' })).map(([path]) => path)).toEqual([
      'reason',
    ]);
  });
});

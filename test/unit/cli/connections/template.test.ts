import { execFileSync } from 'node:child_process';
import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ISSUE_BODY, REQUEST_BODY } from '../../../../src/cli/connections/template/automation.ts';
import { senderTemplate } from '../../../../src/cli/connections/template/senders.ts';
import { CONNECTION_KINDS } from '../../../../src/domain/source.ts';
import { type Reading, renderSmartValues } from './smart-values.ts';

const URL_OF = 'https://hooks.example.com/webhooks/con_AAAAAAAAAAAAAAAAAAAAAA';

const template = (change: Partial<Parameters<typeof senderTemplate>[0]>): string =>
  senderTemplate(
    {
      kind: 'automation',
      auth: 'header',
      header_name: 'X-Webhook-Secret',
      url: new URL(URL_OF),
      default_event_type: null,
      ...change,
    },
    'npm run connections -- rotate',
  );

/** Everything that breaks JSON by hand, and text of any kind. */
const hostile = fc.oneof(
  fc.constantFrom(
    '',
    '"',
    '\\',
    '"}',
    'a\nb\tc',
    '\u0000\u001f\u2028',
    '{{issue.key}}',
    '</script>',
    ',]',
    '💥',
  ),
  fc.string({ unit: 'binary' }),
);

const maybe = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | null> => fc.option(value, { nil: null });

const named = fc.record({ id: fc.nat().map(String), name: hostile });

const issue = fc.record({
  id: fc.nat().map(String),
  key: hostile,
  summary: hostile,
  issueType: named,
  project: fc.record({ id: fc.nat().map(String), key: hostile }),
  status: fc.record({ name: hostile, statusCategory: maybe(fc.record({ key: hostile })) }),
  priority: maybe(named),
  assignee: maybe(fc.record({ accountId: hostile, displayName: hostile })),
  fixVersions: fc.array(named, { maxLength: 3 }),
  labels: fc.array(hostile, { maxLength: 3 }),
  created: fc.constant('2026-11-18T08:32:40.113+0000'),
  updated: fc.constant('2026-11-20T17:00:12.402+0000'),
  'Request Type': maybe(fc.record({ requestType: fc.record({ name: hostile }) })),
});

const reading: fc.Arbitrary<Reading> = fc.record({
  emptyArray: fc.constantFrom('[]', ''),
  escapesSlashes: fc.boolean(),
});

const NOW = '2026-11-20T17:00:12.437+0000';

describe('the bodies for "Custom data"', () => {
  it('stay JSON that says what the issue says, whatever is in it, because people write quotes and line breaks', () => {
    fc.assert(
      fc.property(issue, reading, (values, how) => {
        const { issue: read, ...rest } = JSON.parse(
          renderSmartValues(ISSUE_BODY, { issue: values, now: NOW }, how),
        );
        expect(rest).toEqual({ timestamp: NOW });
        expect(read).toEqual({
          id: values.id,
          key: values.key,
          fields: {
            summary: values.summary,
            issuetype: values.issueType,
            project: values.project,
            status: {
              name: values.status.name,
              statusCategory: { key: values.status.statusCategory?.key ?? '' },
            },
            priority: { name: values.priority?.name ?? '' },
            assignee: {
              accountId: values.assignee?.accountId ?? '',
              displayName: values.assignee?.displayName ?? '',
            },
            fixVersions: values.fixVersions,
            labels: values.labels,
            created: values.created,
            updated: values.updated,
          },
        });
      }),
    );
  });

  it("name the request type of Jira Service Management, '' where an issue has none", () => {
    fc.assert(
      fc.property(issue, reading, (values, how) => {
        const read = JSON.parse(renderSmartValues(REQUEST_BODY, { issue: values, now: NOW }, how));
        expect(read.request_type).toBe(values['Request Type']?.requestType.name ?? '');
        expect(read.issue.fields.summary).toBe(values.summary);
      }),
    );
  });

  it('have no `self`, because a body with it counts as a whole issue and would empty what it leaves out', () => {
    expect(ISSUE_BODY).not.toContain('self');
    expect(REQUEST_BODY).not.toContain('self');
  });
});

describe('what to paste into Jira Automation', () => {
  it('begins with "Issue data (Jira format)", because only that body is a whole issue', () => {
    const text = template({});
    expect(text).toContain(`${URL_OF}?delivery={{now.format("yyyyMMddHHmmssSSS")}}\n`);
    expect(text).toMatch(/X-Webhook-Secret: <SECRET>.*Hidden/);
    expect(text.indexOf('Issue data (Jira format)')).toBeGreaterThan(0);
    expect(text.indexOf('Issue data (Jira format)')).toBeLessThan(text.indexOf(ISSUE_BODY));
    expect(text).toContain(REQUEST_BODY);
    expect(text).not.toContain('token=');
  });

  it('puts the secret into the URL where it goes there, and names the legacy rule, which has no headers', () => {
    const text = template({ auth: 'url', header_name: null });
    expect(text).toContain(`${URL_OF}?token=<SECRET>&delivery={{now`);
    expect(text).toMatch(/legacy automation rule.*\?token=<SECRET>\n/s);
    expect(text).not.toContain('X-Webhook-Secret');
  });

  it.each([
    [URL_OF, '443 is one of them'],
    ['https://hooks.example.com:8443/webhooks/con_AAAAAAAAAAAAAAAAAAAAAA', '8443 is one of them'],
    ['http://127.0.0.1:8081/webhooks/con_AAAAAAAAAAAAAAAAAAAAAA', '8081 is none of them'],
    ['http://localhost/webhooks/con_AAAAAAAAAAAAAAAAAAAAAA', '80 is none of them'],
  ])('says whether Jira can reach %s, because it calls few ports', (url, words) => {
    expect(template({ url: new URL(url) })).toContain(words);
  });

  it('tells who wants to sign that a rule cannot, and what a program has to send', () => {
    const text = template({ auth: 'signature', header_name: null });
    expect(text).toContain('Jira Automation cannot sign');
    expect(text).toContain('X-Hub-Signature: sha256=HEX');
    expect(text).not.toContain('Send web request');
  });

  it('names the event that a body without one is', () => {
    expect(template({})).toContain('without it automation.');
    expect(template({ default_event_type: 'ops:closed' })).toContain('without it ops:closed.');
  });
});

describe('what to paste elsewhere', () => {
  it.each(CONNECTION_KINDS)('has the URL and says what the secret is, for %s', (kind) => {
    for (const auth of ['signature', 'header'] as const) {
      const text = template({ kind, auth, header_name: auth === 'header' ? 'X-Webhook-Secret' : null });
      expect(text).toContain(URL_OF);
      expect(text.split('<SECRET>').length).toBeGreaterThan(2);
    }
  });

  it('gives a Jira that cannot sign the URL with the token', () => {
    const text = template({ kind: 'jira', auth: 'url', header_name: null });
    expect(text).toContain(`${URL_OF}?token=<SECRET>\n`);
    expect(text).toContain('cannot sign');
  });

  it("uses GitLab's own field for its own header, and asks for any other one", () => {
    const own = template({ kind: 'gitlab', header_name: 'X-Gitlab-Token' });
    expect(own).toMatch(/Secret token +<SECRET>/);
    expect(own).not.toContain('Every delivery needs the header');
    expect(template({ kind: 'gitlab', header_name: 'X-Other' })).toContain('header X-Other: <SECRET>');
  });
});

describe('how a sender of one’s own signs', () => {
  const bytes = Buffer.alloc(32, '\0\u0007key');
  const [text = '', base64 = ''] = template({ auth: 'signature' })
    .split('In a shell:')[1]
    ?.split('whose key is')
    .map((part) =>
      part
        .split('\n')
        .filter((line) => line.startsWith('  '))
        .join('\n'),
    ) ?? ['', ''];

  it.each([
    ['text', text, 'a secret', 'a secret'],
    ['base64', base64, bytes.toString('base64'), bytes],
  ])('with a key that is %s works when pasted', (_name, lines, secret, key) => {
    const body = '{"a":"ü"}';
    const env = { ...process.env, body, secret };
    const hex = execFileSync('bash', ['-ec', `${lines}\nprintf %s "$signature"`], { env, encoding: 'utf8' });
    expect(hex).toBe(createHmac('sha256', key).update(body).digest('hex'));
  });
});

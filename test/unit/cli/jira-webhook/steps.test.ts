import { afterEach, describe, expect, it } from 'vitest';
import { check } from '../../../../src/cli/jira-webhook/check.ts';
import type { Job } from '../../../../src/cli/jira-webhook/job.ts';
import { register, remove } from '../../../../src/cli/jira-webhook/register.ts';
import type { Use } from '../../../../src/cli/rotate-secret/rotation.ts';
import { CommandError } from '../../../../src/cli/shared/command.ts';
import { createJiraClient } from '../../../../src/jira/client.ts';
import { touchIssue } from '../../../../src/jira/touch-issue.ts';
import { openWebhooks } from '../../../../src/jira/webhooks/open-webhooks.ts';
import { CLOUD_EVENTS } from '../../../../src/jira/webhooks/webhook.ts';
import { passingWaits } from '../../../support/passing-waits.ts';
import { deliveriesIn } from '../../../support/rotation.ts';
import {
  type JiraKind,
  type ScriptedJira,
  startScriptedJira,
  TOKEN,
} from '../../../support/scripted-jira/scripted-jira.ts';

const URL_OF_OURS = 'https://example.com/webhooks/jira';
const SECRET = 'canary-secret';
const MAIN = 'jira_webhook_secret';

let jira: ScriptedJira;

afterEach(() => jira.close());

/** A job at a server of this kind; `uses` are deliveries that came, `slept` is called instead of each wait. */
const jobAt = async (
  kind: JiraKind,
  replaced: Partial<Job> = {},
  slept: (uses: Use[]) => void = () => {},
) => {
  jira = await startScriptedJira(kind);
  const site = { authorization: `Bearer ${TOKEN}`, url: jira.url, api: jira.url };
  const limits = { at_once: 4, a_second: Number.POSITIVE_INFINITY };
  const client = createJiraClient(site, limits, passingWaits());
  const said: string[] = [];
  const uses: Use[] = [];
  let now = 1_000_000;
  const job: Job = {
    api: await openWebhooks(client, site),
    url: URL_OF_OURS,
    readSecret: async () => ({ text: SECRET, name: MAIN }),
    touch: (key) => touchIssue(client, key),
    deliveries: deliveriesIn(uses),
    wait_seconds: 10,
    clock: () => now,
    sleep: async (ms) => {
      now += ms;
      slept(uses);
    },
    ask: async () => true,
    say: (text) => void said.push(text),
    ...replaced,
  };
  return { job, said, uses, now: () => now };
};

const FULL = { name: 'Mine', url: URL_OF_OURS, events: [...CLOUD_EVENTS], secret: 'x', enabled: true };

/** What a command that fails tells people. */
const wordsOf = async (work: Promise<unknown>): Promise<string> => {
  const fault = await work.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  expect(fault).toBeInstanceOf(CommandError);
  return fault instanceof CommandError ? fault.message : '';
};

/** The second wait ends with a delivery that this key verified. */
const arrives = (secret: string) => {
  let waits = 0;
  return (uses: Use[]): void => {
    waits += 1;
    if (waits === 2) uses.push({ secret, received_ms: 1_004_000 });
  };
};

describe.each(['cloud', 'data-center-10'] as const)('register at %s', (kind) => {
  it('makes the webhook, signed, and waits for a delivery that verifies, because only that proves it', async () => {
    const { job, said } = await jobAt(kind, {}, arrives(MAIN));
    expect(await register(job)).toBe(0);
    const [kept] = jira.webhooks.values();
    expect(kept?.secret).toBe(SECRET);
    expect(said.join('\n')).toMatch(
      /is registered, and signs\.\nWaiting up to 10 s.*was verified, signed with/s,
    );
    expect(said.join('\n')).not.toContain(SECRET);
  });

  it('updates the one of its address and makes no second, because each would deliver all', async () => {
    const { job, said } = await jobAt(kind, { wait_seconds: 0 });
    const id = jira.add({ ...FULL, url: `${URL_OF_OURS}?issue={issue.key}`, active: false, enabled: false });
    jira.add({ ...FULL, url: 'https://example.com/webhooks/jira2' });
    expect(await register(job)).toBe(0);
    expect(jira.webhooks.size).toBe(2);
    expect(jira.webhooks.get(id)).toMatchObject({ secret: SECRET, body: { name: 'Mine' } });
    expect(said.join('\n')).toContain(`The webhook "Mine" (${id})`);
  });

  it('is not content with a delivery by another key, because Jira may still sign with the old secret', async () => {
    const { job } = await jobAt(kind, {}, arrives('jira_webhook_secret_previous'));
    expect(await wordsOf(register(job))).toContain('No verified delivery arrived within 10 s.');
  });

  it('is not content with an earlier delivery, because that was not of this webhook', async () => {
    const { job, uses } = await jobAt(kind);
    uses.push({ secret: MAIN, received_ms: 999_999 });
    expect(await wordsOf(register(job))).toContain('No verified delivery');
  });

  it('registers nothing when no table could show a delivery, because it could not be proved then', async () => {
    const deliveries = deliveriesIn([]);
    const newestUseOf = () => Promise.reject(new CommandError('no table'));
    const { job } = await jobAt(kind, { deliveries: { ...deliveries, newestUseOf } });
    expect(await wordsOf(register(job))).toBe('no table');
    expect(jira.webhooks.size).toBe(0);
  });

  it('refuses to choose among several, because one with an old secret would go on', async () => {
    const { job } = await jobAt(kind);
    for (const name of ['One', 'Two']) jira.add({ ...FULL, name });
    expect(await wordsOf(register(job))).toContain('"One" (1), "Two" (2)');
    expect(jira.log.some(({ method }) => method !== 'GET')).toBe(false);
  });
});

describe('register', () => {
  it('reports a server that cannot sign before anything is registered', async () => {
    const { job } = await jobAt('data-center-9');
    expect(await wordsOf(register(job))).toContain('9.12.4 cannot sign webhooks');
    expect(jira.log.map(({ path }) => path)).toEqual(['/rest/api/2/serverInfo']);
  });

  it('believes what is read back and not what was sent, because Jira ignores what it does not know', async () => {
    const { job } = await jobAt('cloud', { wait_seconds: 0 });
    const shown = { ...FULL, self: 'http://x/webhook/1', excludeBody: true, enabled: false, isSigned: false };
    jira.fail(
      [
        { status: 200, body: '[]' },
        { status: 200, body: JSON.stringify(shown) },
      ],
      'GET',
    );
    const words = await wordsOf(register(job));
    expect(words).toContain('- it is disabled\n  - it excludes the body\n  - its deliveries are not signed');
    expect(words).toContain('npm run jira-webhook -- remove');
  });

  it('keeps a JQL and says so, because somebody may want it', async () => {
    const { job, said } = await jobAt('cloud', { wait_seconds: 0 });
    jira.add({ ...FULL, filters: { 'issue-related-events-section': 'project = ORB' } });
    expect(await register(job)).toBe(0);
    expect(said.join('\n')).toContain('becomes outdated here: project = ORB');
  });

  it('can be done again after a lost answer, because it finds what it made', async () => {
    const { job } = await jobAt('cloud', { wait_seconds: 0 });
    jira.add(FULL);
    jira.fail(['cut'], 'PUT');
    expect([await register(job), jira.webhooks.size]).toEqual([0, 1]);
  });
});

describe('check', () => {
  it('is content with a webhook as register makes it', async () => {
    const { job, said } = await jobAt('data-center-10', { wait_seconds: 0 });
    await register(job);
    expect(await check(job, null)).toBe(0);
    expect(said.at(-1)).toContain('is correct.');
  });

  it.each([
    [{ enabled: false }, 'it is disabled'],
    [{ secret: '' }, 'not signed'],
    [{ excludeBody: true }, 'excludes the body'],
    [{ events: CLOUD_EVENTS.slice(2) }, 'not delivered: jira:issue_created, jira:issue_updated'],
    [{ filters: { 'issue-related-events-section': 'project = A\u001b[2J' } }, 'project = A [2J'],
  ])('of %j on Cloud says: %s', async (part, words) => {
    const { job, said } = await jobAt('cloud');
    jira.add({ ...FULL, ...part });
    expect(await check(job, null)).toBe(1);
    expect(said.join('\n')).toContain(words);
  });

  it.each([
    [{ active: false }, 'it is disabled'],
    [{ secret: 'at the top', configuration: {} }, 'not signed'],
    [{ configuration: { SECRET: '****', EXCLUDE_BODY: true } }, 'excludes the body'],
    [{ configuration: null }, 'does not report whether it signs'],
  ])('of %j on Data Center says: %s', async (part, words) => {
    const { job, said } = await jobAt('data-center-10');
    jira.add({ ...FULL, configuration: { SECRET: 's' }, ...part });
    expect(await check(job, null)).toBe(1);
    expect(said.join('\n')).toContain(words);
  });

  const counted = { counts: { errors: 2, failures: 1, successes: 40, window: { start: 1, duration: 2 } } };
  const summary = {
    'jira:issue_updated': counted,
    sprint_closed: { counts: { successes: 2 }, lastError: {} },
  };

  const checkCounted = async (latest: object) => {
    const { job, said } = await jobAt('data-center-10');
    jira.add({ ...FULL, configuration: { SECRET: 's' } });
    jira.fail([{ status: 200, body: JSON.stringify(summary) }], /summary$/);
    jira.fail([{ status: 200, body: JSON.stringify(latest) }], /latest$/);
    return { code: await check(job, null), said: said.join('\n') };
  };

  it.each([
    [{ outcome: 'SUCCESS', description: '202' }, 0, 'is correct.'],
    [{ outcome: 'FAILURE', description: '401' }, 1, '- its last delivery was refused: 401'],
    [
      { outcome: 'ERROR', description: 'Connect to\u001b[2J example.com/x?token=canary failed' },
      1,
      '- its last delivery was not sent, or not answered: Connect to [2J example.com/x',
    ],
    [{ outcome: 'ERROR' }, 1, '- its last delivery was not sent, or not answered'],
  ])('tells what Data Center counts, and of a last delivery %j ends with %i', async (result, code, words) => {
    const checked = await checkCounted({ id: 1, event: 'jira:issue_updated', result });
    expect(checked.code).toBe(code);
    expect(checked.said).toContain(words);
    expect(checked.said).toContain('42 arrived, 1 refused, 2 not sent or not answered.');
    expect(checked.said).not.toContain('canary');
  });

  it.each([
    ['nothing', { status: 204 }],
    ['another shape', { status: 200, body: '[7]' }],
    ['a page', { status: 200, headers: { 'content-type': 'text/html' }, body: '<html>' }],
  ])(
    'is content where Data Center answers %s about deliveries, because that is not documented',
    async (_, answer) => {
      const { job, said } = await jobAt('data-center-10');
      jira.add({ ...FULL, configuration: { SECRET: 's' } });
      jira.fail([answer], /summary$/);
      jira.fail([answer], /latest$/);
      expect(await check(job, null)).toBe(0);
      expect(said.join('\n')).toContain('is correct.');
    },
  );

  it('names webhooks that go nearly there, without their queries, because those may be secrets', async () => {
    const { job } = await jobAt('cloud');
    jira.add({ ...FULL, name: 'Old\u001b', url: 'https://old.example.com/webhooks/jira/?token=canary' });
    jira.add({ ...FULL, name: 'Chat', url: 'https://chat.example.com/hooks/canary' });
    const words = await wordsOf(check(job, null));
    expect(words).toContain('"Old?" (1) delivers to https://old.example.com/webhooks/jira/\n');
    expect(words).not.toMatch(/canary|Chat/);
  });

  it('says that two are one too many, and that an old server cannot sign', async () => {
    const { job, said } = await jobAt('data-center-9');
    for (const name of ['One', 'Two']) jira.add({ ...FULL, name });
    expect(await check(job, null)).toBe(1);
    expect(said.join('\n')).toContain('cannot sign webhooks: its deliveries are refused.');
    expect(said.join('\n')).toContain('keep only one');
  });

  it('touches an issue when somebody agrees, and waits for what that brings', async () => {
    const { job, said } = await jobAt('cloud', {}, arrives('any key'));
    jira.add({ ...FULL, enabled: false });
    jira.site.create(jira.site.project('ORB'), { labels: ['kept'] });
    expect(await check({ ...job, ask: async () => false }, 'ORB-1')).toBe(1);
    expect(jira.log.some(({ method }) => method === 'PUT')).toBe(false);
    await check(job, 'ORB-1');
    expect(jira.site.find('ORB-1')?.labels).toEqual(['kept']);
    const changes = jira.log.filter(({ method }) => method === 'PUT').map(({ body }) => body);
    expect(changes).toEqual([
      { update: { labels: [{ add: 'jira-webhook-sync-check' }] } },
      { update: { labels: [{ remove: 'jira-webhook-sync-check' }] } },
    ]);
    expect(said.at(-1)).toContain('was verified, signed with any key');
  });

  it('asks the table for nothing older than the touch, because each day of it costs queries', async () => {
    const asked: (number | undefined)[] = [];
    const { job, uses, now } = await jobAt('cloud', {}, arrives('any key'));
    const newest = (sinceMs?: number) => {
      asked.push(sinceMs);
      return deliveriesIn(uses).newest(sinceMs);
    };
    const begun = now();
    jira.add(FULL);
    jira.site.create(jira.site.project('ORB'));
    await check({ ...job, deliveries: { ...job.deliveries, newest } }, 'ORB-1');
    expect(asked).toEqual([begun, begun, begun, begun]);
  });
});

describe('a touch', () => {
  it('that ends half-way says that the label stays, because nobody would look for it', async () => {
    const { job } = await jobAt('cloud');
    jira.site.create(jira.site.project('ORB'));
    jira.fail([{ status: 204 }, { status: 403 }], 'PUT');
    await expect(job.touch('ORB-1')).rejects.toThrow('jira-webhook-sync-check is still on the issue');
  });

  it('that never began says nothing of a label', async () => {
    const { job } = await jobAt('cloud');
    const fault: unknown = await job.touch('ORB-9').catch((thrown: unknown) => thrown);
    expect(String(fault)).toContain('(404)');
    expect(String(fault)).not.toContain('still on');
  });
});

describe('remove', () => {
  it('asks first, and takes every webhook of the address and no other', async () => {
    const { job, said } = await jobAt('data-center-10');
    for (const url of [URL_OF_OURS, URL_OF_OURS, 'https://example.com/other']) jira.add({ ...FULL, url });
    expect(await remove({ ...job, ask: async () => false })).toBe(1);
    expect(jira.webhooks.size).toBe(3);
    expect(await remove(job)).toBe(0);
    expect([...jira.webhooks.keys()]).toEqual([3]);
    expect(await remove(job)).toBe(0);
    expect(said.at(-1)).toContain('nothing to remove');
  });
});

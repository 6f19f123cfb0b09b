import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { begin } from '../../../../src/cli/rotate-secret/begin.ts';
import { abort, finish } from '../../../../src/cli/rotate-secret/finish.ts';
import type { Deliveries, Rotation, Use } from '../../../../src/cli/rotate-secret/rotation.ts';
import { status } from '../../../../src/cli/rotate-secret/status.ts';
import { CommandError } from '../../../../src/cli/shared/command.ts';
import { SOURCES } from '../../../../src/domain/source.ts';
import { ARN, deliveriesIn, rotationAt } from '../../../support/rotation.ts';
import { type FakeSecretsManager, startSecretsManager } from '../../../support/secrets-manager.ts';

const NOW = Date.UTC(2026, 10, 22, 12);
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const MAIN = { jira_webhook_secret: 'canary-main' };

let fake: FakeSecretsManager;
let time: { now: number };
let uses: Use[];
let shown: string[];

beforeEach(async () => {
  time = { now: NOW };
  uses = [];
  shown = [];
  fake = await startSecretsManager(ARN, () => time.now);
  put(MAIN, 48 * HOUR);
});

afterEach(() => fake.close());

/** Overwrites the document by hand, so long ago. */
const put = (document: object, age: number): void => fake.put(JSON.stringify(document), time.now - age);

const stored = (stage = 'AWSCURRENT'): Record<string, unknown> => JSON.parse(fake.read(stage) ?? '{}');

const open = (options: Partial<Rotation> = {}) =>
  rotationAt(fake, () => time.now, { deliveries: deliveriesIn(uses), ...options });

const tools = {
  wait: async () => {
    time.now += MINUTE;
  },
  show: (secret: string) => void shown.push(secret),
};

const beginNow = async (options: Partial<Rotation> = {}) => begin(await open(options), tools);

/** A delivery that this key verified now. */
const use = (secret: string): void => void uses.push({ secret, received_ms: time.now });

/** A yes that is said only when so many were asked: by then all of them have read the same version. */
const whenAllAsked = (count: number) => {
  const all = Promise.withResolvers<void>();
  let asked = 0;
  return async (): Promise<boolean> => {
    asked += 1;
    if (asked === count) all.resolve();
    await all.promise;
    return true;
  };
};

const brokenDeliveries: Deliveries = {
  newest: () => Promise.reject(new CommandError('The table is not there.')),
  newestUseOf: () => Promise.reject(new CommandError('The table is not there.')),
};

describe('begin', () => {
  it.each(SOURCES)('stages a new secret of %s and shows it once, after the wait', async (source) => {
    const waited: unknown[] = [];
    const wait = async () => void waited.push(stored()[`${source}_webhook_secret_next`], [...shown]);
    expect(await begin(await open({ source }), { ...tools, wait })).toBe(0);
    expect(shown).toHaveLength(1);
    expect(shown[0]).toMatch(/^[\w-]{43}$/);
    expect(waited).toEqual([shown[0], []]);
    expect(stored()).toEqual({ ...MAIN, [`${source}_webhook_secret_next`]: shown[0] });
    expect(stored('AWSPREVIOUS')).toEqual(MAIN);
  });

  it('makes another secret each time', async () => {
    await beginNow();
    await abort(await open());
    await beginNow();
    expect(new Set(shown).size).toBe(2);
  });

  it('shows the text to paste where the store has base64 of it', async () => {
    put({ jira_webhook_secret: 'bWFpbg==', jira_webhook_secret_encoding: 'base64' }, 48 * HOUR);
    await beginNow();
    const next = String(stored().jira_webhook_secret_next);
    expect(Buffer.from(next, 'base64').toString()).toBe(shown[0]);
    expect(Buffer.from(next, 'base64').toString('base64')).toBe(next);
  });

  it('says what changes and what to do next, without any value', async () => {
    const rotation = await open();
    await begin(rotation, tools);
    const said = rotation.said.join('\n');
    expect(said).toContain(
      `Changes to the secret ${ARN} (everything else stays):\n  adds jira_webhook_secret_next`,
    );
    expect(said).toContain('System > WebHooks');
    expect(said).toContain('npm run rotate-secret -- --source jira finish');
    expect(said).not.toContain('canary');
    expect(said).not.toContain(shown[0]);
  });

  it('changes and shows nothing unless somebody agrees', async () => {
    const questions: string[] = [];
    const ask = async (question: string) => questions.push(question) === 0;
    expect(await beginNow({ ask })).toBe(1);
    expect(questions).toEqual(['Stage a new secret for jira? The current one stays valid.']);
    expect([stored(), shown]).toEqual([MAIN, []]);
  });

  it('refuses a second rotation and says since when the first is under way', async () => {
    await beginNow();
    const first = stored();
    await expect(beginNow()).rejects.toThrow(
      'A new jira secret is already staged, since 2026-11-22T12:00:00.000Z. It is not shown again.',
    );
    expect(stored()).toEqual(first);
  });

  it('goes beside the rotation of another source', async () => {
    await beginNow();
    await beginNow({ source: 'github' });
    expect(stored()).toEqual({
      ...MAIN,
      jira_webhook_secret_next: shown[0],
      github_webhook_secret_next: shown[1],
    });
  });

  it('lets one of many win that run at once, because the secret of the others would verify nothing', async () => {
    const ask = whenAllAsked(3);
    const rivals = [beginNow({ ask }), beginNow({ ask }), beginNow({ ask, source: 'github' })];
    const results = await Promise.allSettled(rivals);
    const lost = results.filter((result) => result.status === 'rejected');
    expect(lost).toHaveLength(2);
    for (const { reason } of lost)
      expect(reason).toMatchObject({
        kind: 'command',
        message: expect.stringContaining('changed at the same time by someone else'),
      });
    expect(shown).toHaveLength(1);
    expect(Object.values(stored())).toEqual(['canary-main', shown[0]]);
  });

  it('keeps what somebody else wrote while it asked, and changes nothing itself', async () => {
    const ask = async () => {
      put({ ...MAIN, other: 'of somebody else' }, 0);
      return true;
    };
    await expect(beginNow({ ask })).rejects.toThrow('this command changed nothing');
    expect([stored(), shown]).toEqual([{ ...MAIN, other: 'of somebody else' }, []]);
  });

  it('does not show a secret that was taken back while it waited, because it would be pasted in vain', async () => {
    const wait = async () => void (await abort(await open()));
    await expect(begin(await open(), { ...tools, wait })).rejects.toThrow('it is not shown');
    expect(shown).toEqual([]);
  });

  it('keeps what an overwrite by hand replaced, because AWSPREVIOUS moves on', async () => {
    put({ jira_webhook_secret: 'overwritten' }, HOUR);
    await beginNow();
    expect(stored()).toEqual({
      jira_webhook_secret: 'overwritten',
      jira_webhook_secret_previous: 'canary-main',
      jira_webhook_secret_previous_until: '2026-11-23T11:00:00.000Z',
      jira_webhook_secret_next: shown[0],
    });
  });

  it('says when finish has to wait for the grace of an earlier secret', async () => {
    put({ jira_webhook_secret: 'overwritten' }, HOUR);
    const rotation = await open();
    await begin(rotation, tools);
    expect(rotation.said).toContain(
      'finish must wait until 2026-11-23T11:00:00.000Z: until then an earlier secret verifies.',
    );
  });
});

describe('finish', () => {
  it('promotes what was used, and lets the old one verify for its grace', async () => {
    await beginNow();
    use('jira_webhook_secret_next');
    const rotation = await open();
    expect(await finish(rotation, false)).toBe(0);
    expect(stored()).toEqual({
      jira_webhook_secret: shown[0],
      jira_webhook_secret_rotated_at: '2026-11-22T12:01:00.000Z',
      jira_webhook_secret_previous: 'canary-main',
      jira_webhook_secret_previous_until: '2026-11-23T12:01:00.000Z',
    });
    expect(rotation.said.join('\n')).toContain('The old one verifies until 2026-11-23T12:01:00.000Z.');
    expect(rotation.said.join('\n')).not.toContain('canary');
  });

  it('refuses while no delivery used it, because its sender may not have it', async () => {
    await beginNow();
    use('jira_webhook_secret');
    const staged = stored();
    await expect(open().then((rotation) => finish(rotation, false))).rejects.toThrow(
      /^No delivery since 2026-11-22T12:00:00\.000Z was signed with the new jira secret.*--force finishes/s,
    );
    expect(stored()).toEqual(staged);
  });

  it('does not take a use from before it was staged for one, because that was another secret', async () => {
    use('jira_webhook_secret_next');
    time.now += 1;
    await beginNow();
    await expect(open().then((rotation) => finish(rotation, false))).rejects.toThrow('No delivery since');
  });

  it('counts no use at first when another secret had the name just before, because a receiver may still know that', async () => {
    await beginNow();
    await abort(await open());
    await beginNow();
    use('jira_webhook_secret_next');
    await expect(open().then((rotation) => finish(rotation, false))).rejects.toThrow(
      'Not yet: deliveries count from 2026-11-22T12:06:00.000Z on',
    );
    time.now += 5 * MINUTE;
    use('jira_webhook_secret_next');
    expect(await finish(await open(), false)).toBe(0);
  });

  it('does not look for a use with --force', async () => {
    await beginNow();
    expect(await finish(await open({ deliveries: brokenDeliveries }), true)).toBe(0);
    expect(stored()).toMatchObject({ jira_webhook_secret: shown[0] });
  });

  it('says that it could not look, where the table cannot be read', async () => {
    await beginNow();
    await expect(open({ deliveries: brokenDeliveries }).then((r) => finish(r, false))).rejects.toThrow(
      'It is unknown whether the new secret was used; --force skips this check.\nThe table is not there.',
    );
  });

  it('passes on what is no fault of the table, because nobody has words for it', async () => {
    await beginNow();
    const fault = new Error('our own');
    const deliveries = { ...brokenDeliveries, newestUseOf: () => Promise.reject(fault) };
    await expect(open({ deliveries }).then((r) => finish(r, false))).rejects.toBe(fault);
  });

  it('refuses while an earlier secret is in its grace, because there is room for one', async () => {
    await beginNow();
    await finish(await open(), true);
    time.now += 23 * HOUR;
    await beginNow();
    use('jira_webhook_secret_next');
    await expect(open().then((rotation) => finish(rotation, false))).rejects.toThrow(
      'Not yet: an earlier jira secret (jira_webhook_secret_previous) was promised to verify until 2026-11-23T12:01:00.000Z. --force ends it now.',
    );
    time.now += HOUR;
    expect(await finish(await open(), false)).toBe(0);
    expect(stored()).toMatchObject({ jira_webhook_secret: shown[1], jira_webhook_secret_previous: shown[0] });
  });

  it('ends that grace with --force and says so', async () => {
    await beginNow();
    await finish(await open(), true);
    await beginNow();
    const rotation = await open();
    expect(await finish(rotation, true)).toBe(0);
    expect(rotation.said[0]).toContain('By --force: an earlier jira secret');
    expect(stored()).toMatchObject({ jira_webhook_secret: shown[1], jira_webhook_secret_previous: shown[0] });
  });

  it('revokes the old one with a grace of 0 hours', async () => {
    await beginNow();
    await finish(await open(), true, 0);
    expect(stored()).toMatchObject({ jira_webhook_secret_previous_until: '2026-11-22T12:01:00.000Z' });
  });

  it('does not cut short what another source has left from an overwrite by hand', async () => {
    put({ ...MAIN, github_webhook_secret: 'gh old' }, 48 * HOUR);
    put({ ...MAIN, github_webhook_secret: 'gh new', jira_webhook_secret_next: 'new' }, HOUR);
    await finish(await open(), true, 0);
    expect(stored()).toMatchObject({
      jira_webhook_secret: 'new',
      github_webhook_secret_previous: 'gh old',
      github_webhook_secret_previous_until: '2026-11-23T11:00:00.000Z',
    });
  });

  it('makes the first secret of a source, which has no old one', async () => {
    await beginNow({ source: 'commits' });
    await finish(await open({ source: 'commits' }), true);
    expect(stored()).toEqual({
      ...MAIN,
      commits_webhook_secret: shown[0],
      commits_webhook_secret_rotated_at: '2026-11-22T12:01:00.000Z',
    });
  });

  it('has nothing to do where nothing is staged, or what is staged verifies nothing', async () => {
    await expect(open().then((rotation) => finish(rotation, true))).rejects.toThrow(
      'Nothing is staged for jira.',
    );
    put({ ...MAIN, jira_webhook_secret_next: '' }, 0);
    await expect(open().then((rotation) => finish(rotation, true))).rejects.toThrow(
      'Nothing is staged for jira.',
    );
  });

  it('changes nothing unless somebody agrees', async () => {
    await beginNow();
    const staged = stored();
    expect(await finish(await open({ ask: async () => false }), true)).toBe(1);
    expect(stored()).toEqual(staged);
  });

  it('is done once by one of two that run at once', async () => {
    await beginNow();
    const ask = whenAllAsked(2);
    const both = [finish(await open({ ask }), true), finish(await open({ ask }), true)];
    const results = await Promise.allSettled(both);
    expect(results.map((result) => result.status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(stored()).toMatchObject({
      jira_webhook_secret: shown[0],
      jira_webhook_secret_rotated_at: '2026-11-22T12:01:00.000Z',
      jira_webhook_secret_previous: 'canary-main',
    });
  });
});

describe('abort', () => {
  it('takes the staged secret back and leaves everything else', async () => {
    await beginNow();
    const rotation = await open();
    expect(await abort(rotation)).toBe(0);
    expect(stored()).toEqual(MAIN);
    expect(rotation.said.join('\n')).toContain('removes jira_webhook_secret_next');
    expect(rotation.said.join('\n')).not.toContain('WARNING');
  });

  it('warns when deliveries are signed with it already, because they will be refused', async () => {
    await beginNow();
    use('jira_webhook_secret_next');
    const rotation = await open({ ask: async () => false });
    expect(await abort(rotation)).toBe(1);
    expect(rotation.said.join('\n')).toContain(
      'WARNING: a delivery at 2026-11-22T12:01:00.000Z was signed with it. After this, deliveries of its sender',
    );
    expect(stored()).toHaveProperty('jira_webhook_secret_next');
  });

  it('goes on when that cannot be known, because the secret may be stolen', async () => {
    await beginNow();
    const rotation = await open({ deliveries: brokenDeliveries });
    expect(await abort(rotation)).toBe(0);
    expect(rotation.said.join('\n')).toContain('signed with it. The table is not there.');
  });

  it('removes one that verifies nothing too', async () => {
    put({ ...MAIN, jira_webhook_secret_next: '' }, 0);
    await abort(await open());
    expect(stored()).toEqual(MAIN);
  });

  it('has nothing to do where nothing is staged', async () => {
    await expect(open().then(abort)).rejects.toThrow(
      'Nothing is staged for jira: there is nothing to abort.',
    );
  });
});

describe('status', () => {
  const report = async (options: Partial<Rotation> = {}) => {
    const rotation = await open(options);
    return { code: await status(rotation), said: rotation.said.join('\n') };
  };

  it('lists the keys, their state, and that nothing is in progress', async () => {
    const { code, said } = await report();
    expect(code).toBe(0);
    expect(said.split('\n')).toEqual([
      `The keys of jira in the secret ${ARN}:`,
      'key                  now',
      'jira_webhook_secret  verifies',
      '',
      'No delivery of jira is stored.',
      '',
      'No rotation is in progress. To start one: npm run rotate-secret -- --source jira begin',
    ]);
  });

  it('lists which keys the last deliveries used, and what comes next', async () => {
    await beginNow();
    for (const key of ['jira_webhook_secret', 'jira_webhook_secret', 'jira_webhook_secret_next']) {
      use(key);
      time.now += MINUTE;
    }
    uses.push({ secret: null, received_ms: NOW - HOUR });
    const { said } = await report();
    expect(said.split('\n').slice(1)).toEqual([
      'key                       now',
      'jira_webhook_secret       verifies',
      'jira_webhook_secret_next  verifies',
      '',
      'The last 4 deliveries of jira (redeliveries are not counted):',
      'verified by               deliveries  last',
      'jira_webhook_secret_next  1           2026-11-22T12:03:00.000Z',
      'jira_webhook_secret       2           2026-11-22T12:02:00.000Z',
      'not recorded              1           2026-11-22T11:00:00.000Z',
      '',
      'A rotation is in progress since 2026-11-22T12:00:00.000Z. The new secret is in use. To continue: npm run rotate-secret -- --source jira finish',
    ]);
  });

  it('says that the new secret is not in use yet', async () => {
    await beginNow();
    use('jira_webhook_secret');
    const { said } = await report();
    expect(said).toContain('The new secret has not been seen in use yet.');
    expect(said).toContain('The last delivery of jira');
  });

  it('never shows a value', async () => {
    await beginNow();
    const { said } = await report();
    expect(said).not.toContain('canary');
    expect(said).not.toContain(shown[0]);
  });

  it('says when the receiver does not ask the store at all', async () => {
    use('JIRA_WEBHOOK_SECRET');
    expect((await report()).said).toContain('The receiver has JIRA_WEBHOOK_SECRET in its environment');
  });

  it('shows what it can when the table cannot be read, and ends with 1', async () => {
    const { code, said } = await report({ deliveries: brokenDeliveries });
    expect(code).toBe(1);
    expect(said).toContain('jira_webhook_secret  verifies');
    expect(said).toContain('It is unknown which keys the last deliveries used. The table is not there.');
    expect(said).toContain('No rotation is in progress.');
  });
});

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Job } from '../../../../src/cli/jira-webhook/job.ts';
import { readSigningSecret } from '../../../../src/cli/jira-webhook/signing-secret.ts';
import { beginAndRegister } from '../../../../src/cli/rotate-secret/begin.ts';
import { abort, finish } from '../../../../src/cli/rotate-secret/finish.ts';
import type { Deliveries } from '../../../../src/cli/rotate-secret/rotation.ts';
import { createJiraClient } from '../../../../src/jira/client.ts';
import { openWebhooks } from '../../../../src/jira/webhooks/open-webhooks.ts';
import { passingWaits } from '../../../support/passing-waits.ts';
import { ARN, rotationAt } from '../../../support/rotation.ts';
import {
  type JiraKind,
  type ScriptedJira,
  startScriptedJira,
  TOKEN,
} from '../../../support/scripted-jira/scripted-jira.ts';
import { type FakeSecretsManager, startSecretsManager } from '../../../support/secrets-manager.ts';

const ADDRESS = 'https://example.com/webhooks/jira';
const MAIN = 'canary-main';
const NEXT = 'jira_webhook_secret_next';
const HOUR = 3_600_000;

let fake: FakeSecretsManager;
let jira: ScriptedJira;
let now: number;
let stagedAt: number | null;
let givenAt: number | null;

beforeEach(async () => {
  now = Date.UTC(2026, 10, 22, 12);
  stagedAt = null;
  givenAt = null;
  fake = await startSecretsManager(ARN, () => now);
});

afterEach(async () => {
  await fake.close();
  await jira.close();
});

const stored = (): Record<string, unknown> => JSON.parse(fake.read('AWSCURRENT') ?? '{}');

const secretInJira = (): string | null | undefined => [...jira.webhooks.values()][0]?.secret;

/** A Jira whose webhook signs with the main secret, if it has one. */
const start = async (kind: JiraKind, registered = true): Promise<void> => {
  fake.put(JSON.stringify({ jira_webhook_secret: MAIN }), now - 48 * HOUR);
  jira = await startScriptedJira(kind);
  if (!registered) return;
  const secret = kind === 'cloud' ? { secret: MAIN } : { configuration: { SECRET: MAIN } };
  jira.add({ name: 'Ours', url: ADDRESS, events: ['jira:issue_updated'], ...secret });
};

/** Deliveries keep coming, signed with what Jira has; receivers know the staged secret a minute after it was staged. */
const deliveries: Deliveries = {
  newest: async () => [],
  newestUseOf: async (key) =>
    key === NEXT && secretInJira() === stored()[NEXT] ? { secret: key, received_ms: now } : null,
};

class Crash extends Error {}

/** Every method does the same, and the given call of them all ends in a crash, before or after its work. */
const crashing = (at: number, after: boolean) => {
  let calls = 0;
  const wrap = <A extends unknown[], R>(work: (...args: A) => Promise<R>) => {
    return async (...args: A): Promise<R> => {
      calls += 1;
      const crashes = calls === at;
      if (crashes && !after) throw new Crash();
      const result = await work(...args);
      if (crashes) throw new Crash();
      return result;
    };
  };
  return { wrap, calls: () => calls };
};

const never = crashing(0, false);

const pass = async (ms: number): Promise<void> => {
  now += ms;
};

const run = async ({ wrap } = never, replaced: Partial<Job> = {}, agrees = true) => {
  const site = { authorization: `Bearer ${TOKEN}`, url: jira.url, api: jira.url };
  const limits = { at_once: 4, a_second: Number.POSITIVE_INFINITY };
  const api = await openWebhooks(createJiraClient(site, limits, passingWaits()), site);
  const rotation = await rotationAt(fake, () => now, { ask: async () => agrees });
  const { store, said } = rotation;
  const give = <A extends unknown[], R>(work: (...args: A) => Promise<R>) =>
    wrap(async (...args: A): Promise<R> => {
      givenAt = now;
      return work(...args);
    });
  const job: Job = {
    api: {
      ...api,
      list: wrap(api.list),
      read: wrap(api.read),
      create: give(api.create),
      update: give(api.update),
    },
    url: ADDRESS,
    readSecret: wrap(() => readSigningSecret({ id: ARN }, async () => store)),
    touch: async () => {},
    deliveries: { ...deliveries, newestUseOf: wrap(deliveries.newestUseOf) },
    wait_seconds: 10,
    clock: () => now,
    sleep: pass,
    ask: rotation.ask,
    say: rotation.say,
    ...replaced,
  };
  const replace = wrap(async (from: string, text: string) => {
    stagedAt = now;
    return store.replace(from, text);
  });
  const wrapped = { ...rotation, store: { read: wrap(() => store.read()), replace } };
  const wait = wrap(() => pass(60_000));
  const code = await beginAndRegister(wrapped, job, wait);
  return { code, said: said.join('\n') };
};

describe.each(['cloud', 'data-center-10'] as const)('begin --register at %s', (kind) => {
  it('stages a secret, gives it to Jira when every receiver can know it, and shows it to nobody', async () => {
    await start(kind);
    const { code, said } = await run();
    expect(code).toBe(0);
    expect(stored()).toEqual({ jira_webhook_secret: MAIN, [NEXT]: secretInJira() });
    expect(secretInJira()).toMatch(/^[\w-]{43}$/);
    expect((givenAt ?? 0) - (stagedAt ?? 0)).toBeGreaterThanOrEqual(60_000);
    expect(said).toContain(`was verified, signed with ${NEXT}`);
    expect(said).toContain('npm run rotate-secret -- --source jira finish');
    expect(said).not.toContain(secretInJira());
    expect(said).not.toContain('canary');
  });

  it('is healed by the same again, wherever it was interrupted, and what Jira has always verifies', async () => {
    await start(kind);
    const whole = crashing(0, false);
    await run(whole);
    expect(whole.calls()).toBeGreaterThan(10);
    for (let at = 1; at <= whole.calls(); at += 1)
      for (const after of [false, true]) {
        await jira.close();
        await start(kind);
        [stagedAt, givenAt] = [null, null];
        await expect(run(crashing(at, after))).rejects.toThrow(Crash);
        expect([MAIN, stored()[NEXT]]).toContain(secretInJira());
        if (secretInJira() !== MAIN) expect((givenAt ?? 0) - (stagedAt ?? 0)).toBeGreaterThanOrEqual(60_000);
        expect((await run()).code).toBe(0);
        expect([stored().jira_webhook_secret, stored()[NEXT]]).toEqual([MAIN, secretInJira()]);
        expect(jira.webhooks.size).toBe(1);
      }
  });

  it('makes the webhook where there is none, and again finds it', async () => {
    await start(kind, false);
    jira.fail(['cut'], 'PUT');
    await run();
    await run();
    expect([jira.webhooks.size, secretInJira()]).toEqual([1, stored()[NEXT]]);
  });
});

describe('begin --register', () => {
  it('gives a secret to Jira that was staged before, and makes no other, because one at a time can be staged', async () => {
    await start('cloud');
    fake.put(JSON.stringify({ jira_webhook_secret: MAIN, [NEXT]: 'staged by somebody' }), now - HOUR);
    const { said } = await run();
    expect(said).toContain('already staged, since 2026-11-22T11:00:00.000Z');
    expect(secretInJira()).toBe('staged by somebody');
  });

  it('can be finished afterwards', async () => {
    await start('cloud');
    await run();
    now += 6 * 60_000;
    const rotation = await rotationAt(fake, () => now, { deliveries });
    expect(await finish(rotation, false)).toBe(0);
    expect(stored()).toMatchObject({
      jira_webhook_secret: secretInJira(),
      jira_webhook_secret_previous: MAIN,
    });
  });

  it('changes nothing unless somebody agrees', async () => {
    await start('cloud');
    expect((await run(never, {}, false)).code).toBe(1);
    expect([stored(), secretInJira()]).toEqual([{ jira_webhook_secret: MAIN }, MAIN]);
  });

  it('stages nothing when it could not be registered, because half a rotation helps nobody', async () => {
    await start('data-center-9');
    await expect(run()).rejects.toThrow('cannot sign webhooks');
    await jira.close();
    await start('cloud');
    jira.add({ name: 'Second', url: ADDRESS, events: [] });
    await expect(run()).rejects.toThrow('Several Jira webhooks');
    const broken = { ...deliveries, newestUseOf: () => Promise.reject(new Error('no table')) };
    await expect(run(never, { deliveries: broken })).rejects.toThrow('no table');
    expect(stored()).toEqual({ jira_webhook_secret: MAIN });
  });

  it('gives Jira nothing when the secret was taken back meanwhile, because its deliveries would be refused', async () => {
    await start('cloud');
    const takeBack = async () => {
      await abort(await rotationAt(fake, () => now));
      return readSigningSecret({ id: ARN }, async () => (await rotationAt(fake, () => now)).store);
    };
    await expect(run(never, { readSecret: takeBack })).rejects.toThrow('Jira did not get it');
    expect(secretInJira()).toBe(MAIN);
  });

  it('says what to do when no delivery comes, and goes on from there', async () => {
    await start('cloud');
    const quiet = { ...deliveries, newestUseOf: async () => null };
    await expect(run(never, { deliveries: quiet })).rejects.toThrow('No verified delivery');
    expect((await run()).code).toBe(0);
  });
});

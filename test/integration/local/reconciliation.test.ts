import { Writable } from 'node:stream';
import { pino } from 'pino';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { readEnv } from '../../../src/contract/env.ts';
import { type Instance, startInstance } from '../../../src/local/run-instance.ts';
import { type ScriptedJira, startScriptedJira, TOKEN } from '../../support/scripted-jira/scripted-jira.ts';
import { temporaryFolder } from './processes.ts';

const PATIENCE = { timeout: 30_000, interval: 50 };

const folder = temporaryFolder();

let jira: ScriptedJira;
let instance: Instance | undefined;
let lines = '';

afterEach(async () => {
  await instance?.stop();
  await jira.close();
});

const sink = new Writable({
  write: (chunk, _encoding, done) => {
    lines += String(chunk);
    done();
  },
});

/** Starts an instance beside a Jira that has one issue, which no webhook told of. */
const start = async (token: string): Promise<number> => {
  jira = await startScriptedJira('cloud');
  const { id } = jira.site.create(jira.site.project('ORB'), { summary: 'from before set-up' });
  const site = { JIRA_SITE_URL: jira.url, JIRA_API_TOKEN: token, RECONCILE_RATE: '1000' };
  lines = '';
  const env = readEnv({ PORT: '0', ARTIFACTS_DIR: folder, ...site });
  instance = await startInstance({ env, log: pino({ level: 'info' }, sink) });
  return id;
};

describe('an instance whose Jira is named', () => {
  it('loads its issues by itself, because nobody will tell of those from before', async () => {
    const id = await start(TOKEN);
    await vi.waitFor(async () => {
      const response = await fetch(`${instance?.url}/issues/${id}`);
      expect(response.status).toBe(200);
      expect(await response.json()).toMatchObject({ summary: 'from before set-up' });
    }, PATIENCE);
  });

  it('says what to do when Jira does not take the login, and receives all the same', async () => {
    await start('wrong-canary');
    await vi.waitFor(() => {
      expect(lines).toContain('Jira rejected the credentials');
    }, PATIENCE);
    expect((await fetch(`${instance?.url}/health`)).status).toBe(200);
    expect(lines).not.toContain('wrong-canary');
  });

  it('stops at once, because a turn may last for minutes', async () => {
    await start(TOKEN);
    jira.delay_ms = 200;
    const began = performance.now();
    await instance?.stop();
    expect(performance.now() - began).toBeLessThan(9_000);
  });
});

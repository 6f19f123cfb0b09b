import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openApp, type TestApp } from '../../support/app.ts';
import { noise } from '../../support/seed.ts';
import { rowsByTenant } from '../../support/tenant-rows.ts';
import { commit, commitsBody, issueBody } from '../correlate/bodies.ts';
import { putQuarantined } from '../correlate/quarantined.ts';
import { startTestInstance, type TestInstance } from './instance.ts';
import { runCli } from './run-cli.ts';

const TENANT = 'a-b';
/** The other one is named like the beginning of the first, and their issues have the same ids and keys. */
const OTHER = 'a';

let instance: TestInstance;
let own: TestApp;
let other: TestApp;
/** Ids of events of the other tenant: plain, large, parked by nobody. */
let ids: string[] = [];

const run = (name: string, ...args: string[]) => runCli(name, [...args, ...instance.table], instance.env);

const forOwn = (name: string, ...args: string[]) => run(name, ...args, '--tenant', TENANT);

const large = issueBody('2', 'ABC-2', 1).replace(
  '"summary"',
  `"customfield_1":"${noise(500_000).toString('base64')}","summary"`,
);

const deliverAll = async (app: TestApp): Promise<string[]> => {
  const answers = [
    await app.deliver(issueBody('1', 'ABC-1', 1)),
    await app.deliver(large),
    await app.deliverCommits('commits', commitsBody(commit(1, 'ABC-1'), commit(2, 'XYZ-9'))),
  ];
  return answers.map(({ body }) => String(body.event_id));
};

beforeAll(async () => {
  instance = await startTestInstance();
  const env = { ARTIFACTS_DIR: instance.folder };
  const appOf = (tenant: string) =>
    openApp({ endpoint: instance.endpoint, tableName: 'cli-test', tenant, env });
  [own, other] = [appOf(TENANT), appOf(OTHER)];
  await deliverAll(own);
  ids = await deliverAll(other);
});

afterAll(() => instance.stop());

/** Runs it and shows that no row of the other tenant has changed. */
const beside = async <T>(work: () => Promise<T>): Promise<T> => {
  const before = (await rowsByTenant(other))[OTHER];
  expect(before?.length).toBeGreaterThan(5);
  const result = await work();
  expect((await rowsByTenant(other))[OTHER]).toEqual(before);
  return result;
};

const UNKNOWN = `evt_${'0'.repeat(40)}`;

describe('the commands with --tenant', () => {
  it('event: shows the tenant’s events, and knows those of the other as little as any', async () => {
    for (const id of ids) {
      const unknown = await forOwn('event', UNKNOWN);
      for (const raw of [[], ['--raw']]) {
        const { code, stdout, stderr } = await forOwn('event', id, ...raw);
        expect([code, stdout, stderr.replace(id, UNKNOWN)]).toEqual([1, '', unknown.stderr]);
        expect((await run('event', id, ...raw)).code).toBe(1);
        expect((await run('event', id, ...raw, '--tenant', OTHER)).code).toBe(0);
      }
    }
  });

  it('replay: takes the tenant’s day, outcome and event, and never the other’s', () =>
    beside(async () => {
      const day = await forOwn('replay', '--outcome', 'applied', '--yes');
      expect(day.stdout).toMatch(/replayed +applied +2/);
      for (const id of ids) {
        const { code, stdout } = await forOwn('replay', '--event', id, '--yes');
        expect([code, stdout]).toEqual([1, expect.stringMatching(/event not found +- +1/)]);
      }
      const documents = `artifacts/tenants/${TENANT}/issues/wave3/jira_webhook`;
      expect(readdirSync(join(instance.folder, documents))).toContain('latest.json');
      expect(existsSync(join(instance.folder, 'artifacts/issues'))).toBe(false);
      expect(existsSync(join(instance.folder, `artifacts/tenants/${OTHER}`))).toBe(false);
    }));

  it('replay: leaves what the other has in quarantine there', async () => {
    await putQuarantined(other, commitsBody(commit(9, 'ABC-1')), Date.now());
    await beside(async () => {
      const { stdout } = await forOwn('replay', '--outcome', 'quarantined', '--yes');
      expect(stdout).toContain(
        `No matching event in table cli-test at ${instance.endpoint}, tenant ${TENANT}.`,
      );
    });
  });

  it('correlate: looks at the tenant’s issues, and writes into its folder', () =>
    beside(async () => {
      for (const what of [
        ['--project', 'ABC'],
        ['--issue', 'ABC-1'],
        ['--fix-version', '1.2.0'],
      ]) {
        const { code, stdout } = await forOwn('correlate', ...what);
        expect([code, stdout]).toEqual([0, expect.stringContaining(`artifacts/tenants/${TENANT}/issues/`)]);
      }
      expect((await run('correlate', '--project', 'ABC')).stdout).toContain('No matching issue');
    }));

  it('reconcile: shows the status, and reads no Jira for a tenant', async () => {
    const { code, stdout } = await forOwn('reconcile', 'status');
    expect([code, stdout]).toEqual([0, expect.stringContaining(`, tenant ${TENANT}\n`)]);
    for (const args of [[], ['--issue', 'ABC-1'], ['--census'], ['--dry-run']])
      expect(await forOwn('reconcile', ...args)).toMatchObject({
        code: 2,
        stderr: expect.stringContaining('Only default is reconciled'),
      });
  });

  it('erase: erases the tenant’s issue with its events and bodies, and leaves the other’s', async () => {
    await beside(async () => {
      const { code, stdout } = await forOwn('erase', '--issue', 'ABC-2', '--yes');
      expect([code, stdout]).toEqual([0, expect.stringContaining('Erased issue 2 and 1 of its events.')]);
    });
    expect((await own.get('/issues/2')).status).toBe(404);
    expect((await other.download(`/bodies/${ids[1]}`)).bytes.toString()).toBe(large);
    expect((await run('erase', '--issue', 'ABC-1', '--yes')).code).toBe(1);
  });

  it.each(['', 'A', 'a b', 'a#b', '../b', 'a'.repeat(65), 'ä'])(
    'refuse %j as wrong usage, because that is no tenant',
    async (tenant) => {
      for (const args of [
        ['event', UNKNOWN],
        ['replay', '--parked'],
        ['erase', '--issue', '1'],
        ['correlate', '--issue', '1'],
        ['reconcile', 'status'],
      ] as const) {
        const [name, ...rest] = args;
        expect(await run(name, ...rest, '--tenant', tenant)).toMatchObject({ code: 2, stdout: '' });
      }
    },
  );
});

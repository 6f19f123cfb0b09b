import { describe, expect, it } from 'vitest';
import { CommandError } from '../../../../src/cli/shared/command.ts';
import { openApi } from '../../../../src/cli/smoke/api.ts';
import { type Check, failed, ok, skipped, type Taken, type World } from '../../../../src/cli/smoke/check.ts';
import type { Deployment } from '../../../../src/cli/smoke/deployment.ts';
import { CHECKS, describeRest, report, runChecks } from '../../../../src/cli/smoke/run-checks.ts';

const WORLD: World = {
  api: openApi(new URL('https://127.0.0.1:1'), async () => ({})),
  reader: null,
  readSecret: () => Promise.reject(new CommandError('not wanted here')),
  documents: null,
  wait_seconds: 1,
  burst: false,
  taken: null,
};

const run = (checks: Check[]) => runChecks(checks, WORLD, () => {});

describe('the checks', () => {
  it('each have a name of their own, in kebab case, because people search for it', () => {
    const names = CHECKS.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    expect(names.filter((name) => !/^[a-z]+(-[a-z]+)*$/.test(name))).toEqual([]);
  });

  it('run one after the other, and one that breaks stops none', async () => {
    const seen: string[] = [];
    const step = (name: string, result: () => ReturnType<typeof ok>): Check => ({
      name,
      run: async () => {
        seen.push(name);
        return result();
      },
    });
    const outcomes = await run([
      step('first', () => {
        throw new CommandError('The store is down.');
      }),
      step('second', () => {
        throw Object.assign(new Error('with a secret in it'), { code: 'ECONNRESET' });
      }),
      step('third', () => ok('200')),
    ]);
    expect(seen).toEqual(['first', 'second', 'third']);
    expect(outcomes).toEqual([
      { name: 'first', state: 'failed', seen: 'The store is down.' },
      { name: 'second', state: 'failed', seen: 'ECONNRESET' },
      { name: 'third', state: 'ok', seen: '200' },
    ]);
  });

  it('fail where nothing answers, and those that need a delivery are skipped', async () => {
    const outcomes = await runChecks(CHECKS, WORLD, () => {});
    const states = Object.groupBy(outcomes, ({ state }) => state);
    expect(states.ok?.map(({ name, seen }) => [name, seen])).toEqual([
      ['tls-only', 'http://127.0.0.1:1 ECONNREFUSED'],
    ]);
    expect(states.skipped?.map(({ name }) => name)).toEqual([
      'same-bytes-again',
      'read-answers-signed',
      'path-decoded-once',
      'reader-stays-in-default',
      'event-processed',
      'run-document',
      'throttling',
    ]);
    expect(states.failed?.find(({ name }) => name === 'health')?.seen).toBe('ECONNREFUSED');
    expect(states.failed?.find(({ name }) => name === 'signed-delivery')?.seen).toBe('not wanted here');
  });
});

describe('the report', () => {
  it('has a line for each check and counts them', async () => {
    const check = (name: string, result: ReturnType<typeof ok>): Check => ({ name, run: async () => result });
    const outcomes = await run([
      check('one', ok('200')),
      check('two', failed('503')),
      check('three', skipped('not asked for')),
    ]);
    expect(report(outcomes)).toBe(
      [
        'check  result   seen',
        'one    ok       200',
        'two    failed   503',
        'three  skipped  not asked for',
        '',
        '1 ok, 1 failed, 1 skipped',
      ].join('\n'),
    );
  });
});

const taken: Taken = {
  body: Buffer.from('{}'),
  signature: 'sha256=0',
  event_id: 'evt_1',
  received_ms: 0,
  patience: AbortSignal.timeout(1),
};

const restOf = (world: Pick<World, 'taken'>, names: Pick<Deployment, 'bucket' | 'table'>, profile?: string) =>
  describeRest(
    world,
    { stack: 'JiraWebhookSync-dev', url: new URL('https://api.example'), secret_id: 'webhooks', ...names },
    { region: 'eu-west-1', profile },
  );

describe('what is left to do after smoke', () => {
  it('is nothing where nothing was written', () => {
    expect(restOf({ taken: null }, { bucket: 'b', table: 't' })).toBeNull();
  });

  it('is one command to paste', () => {
    expect(restOf({ taken }, { bucket: 'b', table: 't' }, 'ops')).toMatch(
      /\n {2}AWS_PROFILE=ops AWS_REGION=eu-west-1 ARTIFACTS_BUCKET=b npm run erase -- --issue \S+ --table t$/,
    );
  });

  it('shows what to fill in where the outputs lack it', () => {
    expect(restOf({ taken }, { bucket: null, table: null })).toMatch(
      /\n {2}AWS_REGION=eu-west-1 ARTIFACTS_BUCKET=BUCKET npm run erase -- --issue \S+ --table TABLE$/,
    );
  });
});

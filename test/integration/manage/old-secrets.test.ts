import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Connection } from '../../../src/domain/connection.ts';
import { toUtcIso } from '../../../src/domain/instant.ts';
import { UnavailableError } from '../../../src/errors/errors.ts';
import { embeddedConfig } from '../../../src/local/aws-config.ts';
import { checkSecretAges, type OldSecretsDeps } from '../../../src/manage/old-secrets.ts';
import { createDynamoDb } from '../../../src/platform/dynamodb.ts';
import { createConnection } from '../../../src/store/connections/change-connection.ts';
import { createSecretsManagerClient, fetchDatedSecret } from '../../../src/verify/secrets-manager.ts';
import { type Counts, createTable, type LogLine, summed } from '../../support/app.ts';
import { someConnection, someRun } from '../../support/connections.ts';
import { type FaultProxy, startFaultProxy } from '../../support/fault-proxy.ts';
import { type FakeSecretsManager, startSecretsManager } from '../../support/secrets-manager.ts';
import { useEngine } from '../../support/use-engine.ts';

const ARN = 'arn:aws:secretsmanager:us-east-1:1:secret:x';
const DAY = 86_400_000;
/** 00:30 in Phoenix. */
const START = Date.UTC(2026, 10, 22, 7, 30);
const engine = useEngine();

let secrets: FakeSecretsManager;
let proxy: FaultProxy;
let deps: OldSecretsDeps;
let now: number;
let counts: Counts;
let lines: LogLine[];

beforeEach(async () => {
  const name = await createTable(engine.endpoint);
  secrets = await startSecretsManager(ARN);
  proxy = await startFaultProxy(engine.endpoint);
  const settings = { ...embeddedConfig(secrets.endpoint), endpoint: secrets.endpoint };
  const client = createSecretsManagerClient({ AWS_ENDPOINT_URL_SECRETS_MANAGER: undefined }, settings);
  const dynamodb = createDynamoDb(embeddedConfig(proxy.endpoint));
  [now, counts, lines] = [START, {}, []];
  deps = {
    table: Object.assign(Object.create(null), { client: dynamodb, name }),
    tenant: 'default',
    clock: () => now,
    log: pino({}, { write: (line: string) => void lines.push(JSON.parse(line)) }),
    count: (metric, value) => summed(counts)(metric, value),
    readSecret: () => fetchDatedSecret(client, ARN),
  };
});

afterEach(() => Promise.all([secrets.close(), proxy.close()]));

const connect = async (differing: Partial<Connection>): Promise<string> => {
  const connection = someConnection(differing);
  await createConnection(deps, connection, { who: 'local', what: 'connection-created' }, someRun());
  return connection.connection_id;
};

const DIGEST = { from: 'digest', version: 1, sha256: '0'.repeat(64) } as const;

const named = (): unknown[] => lines.flatMap(({ secrets: found }) => (Array.isArray(found) ? found : []));

const ago = (days: number): string => toUtcIso(START - days * DAY);

describe('secrets older than 90 days', () => {
  it('are counted and named, oldest first, of every tenant: keys of sources, the newest master, connections', async () => {
    secrets.put('{}', START - 300 * DAY);
    secrets.put(
      JSON.stringify({
        jira_webhook_secret: 'canary',
        jira_webhook_secret_rotated_at: ago(91),
        github_webhook_secret: 'canary',
        commits_webhook_secret: 'canary',
        commits_webhook_secret_rotated_at: ago(89),
        connections_master_1: 'canary',
        connections_master_2: 'canary',
        connections_master_2_made_at: ago(100),
      }),
      START,
    );
    const old = await connect({ tenant_id: 'retail', secret_made_ms: START - 95 * DAY });
    const other = await connect({ tenant_id: 'default', current: DIGEST, secret_made_ms: START - 400 * DAY });
    await connect({ tenant_id: 'retail', secret_made_ms: START - 90 * DAY });
    await connect({ tenant_id: 'bank', status: 'disabled', secret_made_ms: START - 95 * DAY });
    await checkSecretAges(deps);
    expect(named()).toEqual([
      [other, ago(400)],
      ['github_webhook_secret', ago(300)],
      ['connections_master_2', ago(100)],
      [old, ago(95)],
      ['jira_webhook_secret', ago(91)],
    ]);
    expect([counts, lines[0]?.alarm, lines[0]?.old]).toEqual([{ SecretsOld: 5 }, 'secrets-old', 5]);
    expect(JSON.stringify(lines)).not.toContain('canary');
  });

  it('do not include a master that no connection needs, because then it opens nothing', async () => {
    secrets.put(JSON.stringify({ connections_master_1: 'x' }), START - 300 * DAY);
    await connect({ current: DIGEST, secret_made_ms: START });
    await checkSecretAges(deps);
    expect([counts, lines]).toEqual([{}, []]);
  });

  it('are looked for once in a Phoenix day, because the alarm is about a day', async () => {
    secrets.put(JSON.stringify({ jira_webhook_secret: 'x' }), START - 300 * DAY);
    for (const minutes of [0, 15, 23 * 60]) {
      now = START + minutes * 60_000;
      await checkSecretAges(deps);
    }
    expect(counts).toEqual({ SecretsOld: 1 });
    now = START + DAY - 60 * 60_000 + 31 * 60_000;
    await checkSecretAges(deps);
    expect(counts).toEqual({ SecretsOld: 2 });
  });

  it('are not looked for again by a clock that was set back', async () => {
    secrets.put(JSON.stringify({ jira_webhook_secret: 'x' }), START - 300 * DAY);
    await checkSecretAges(deps);
    now = START - 3 * DAY;
    await checkSecretAges(deps);
    expect(counts).toEqual({ SecretsOld: 1 });
  });

  it('are looked for again after a fault, because a day without a look would pass as one without an old secret', async () => {
    secrets.put(JSON.stringify({ jira_webhook_secret: 'x' }), START - 300 * DAY);
    for (const operations of [['GetSecretValue'], ['DescribeSecret']] as const) {
      secrets.fail({ kind: 'error', status: 400, type: 'AccessDeniedException' }, { operations });
      await expect(checkSecretAges(deps)).rejects.toThrow();
      secrets.heal();
    }
    proxy.fail({ kind: 'error', status: 400, type: 'AccessDeniedException' });
    await expect(checkSecretAges(deps)).rejects.toThrow(UnavailableError);
    proxy.heal();
    expect(counts).toEqual({});
    await checkSecretAges(deps);
    expect(counts).toEqual({ SecretsOld: 1 });
  });

  it("are only those of connections where there is no secret, as on a machine of one's own", async () => {
    await connect({ secret_made_ms: START - 91 * DAY });
    await checkSecretAges({ ...deps, readSecret: null });
    expect(counts).toEqual({ SecretsOld: 1 });
  });

  it('are all counted and a hundred named, because a line of the log has an end', async () => {
    for (let n = 0; n < 103; n += 1)
      await connect({
        tenant_id: 'default',
        site_url: null,
        kind: 'github',
        secret_made_ms: START - (100 + n) * DAY,
      });
    await checkSecretAges({ ...deps, readSecret: null });
    expect([counts, named().length]).toEqual([{ SecretsOld: 103 }, 100]);
    expect(named()[0]).toEqual([expect.stringMatching(/^con_/), ago(202)]);
  });
});

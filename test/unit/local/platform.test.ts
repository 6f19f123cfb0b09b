import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { DescribeTableCommand } from '@aws-sdk/client-dynamodb';
import { afterEach, describe, expect, it } from 'vitest';
import { embeddedConfig, externalConfig, streamsConfig } from '../../../src/local/aws-config.ts';
import { engineBinary } from '../../../src/local/engine-process.ts';
import { readLocalEnv } from '../../../src/local/local-env.ts';
import { isRunning, processStart } from '../../../src/local/processes.ts';
import { gitSha } from '../../../src/local/project.ts';
import { urlOf } from '../../../src/local/server.ts';
import { createDynamoDb } from '../../../src/platform/dynamodb.ts';
import { listen, stop } from '../../support/loopback-server.ts';

const folders: string[] = [];
const temporary = (): string => {
  const folder = mkdtempSync(join(tmpdir(), 'platform-'));
  folders.push(folder);
  return folder;
};

afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

describe('the engine binary', () => {
  it('lies beside the package file of the optional dependency', () => {
    expect(engineBinary(() => '/modules/engine/package.json')).toBe('/modules/engine/dynoxide');
  });

  it('names the two ways there are where it is not installed, because there is nothing else to do', () => {
    const missing = () => {
      throw new Error('not found');
    };
    expect(() => engineBinary(missing)).toThrow(
      /npm ci.*optional dependencies[\s\S]*AWS_ENDPOINT_URL_DYNAMODB/,
    );
  });
});

describe('credentials for a database', () => {
  const NOBODY = { accessKeyId: 'local', secretAccessKey: 'local' };
  const LOCAL = 'http://127.0.0.1:8000';

  it('are made up for the embedded one, because it must never see real ones', () => {
    const config = { endpoint: LOCAL, region: 'us-east-1', credentials: NOBODY };
    expect(embeddedConfig(LOCAL)).toEqual({ ...config, signer: expect.anything() });
  });

  it('sign nothing for the embedded one, because it checks no signature and making one costs the most', async () => {
    const authorizations: unknown[] = [];
    const server = createServer(({ headers }, response) => {
      authorizations.push(headers.authorization);
      response.end('{}');
    });
    const client = createDynamoDb(embeddedConfig(`http://127.0.0.1:${await listen(server, 0)}`));
    for (const TableName of ['one', 'another']) await client.send(new DescribeTableCommand({ TableName }));
    client.destroy();
    await stop(server);
    const unsigned = expect.stringMatching(/ Credential=local\/.* Signature=0{64}$/);
    expect(authorizations).toEqual([unsigned, unsigned]);
  });

  it('are made up for another one when the environment has none, because the SDK wants some', async () => {
    expect(await externalConfig(LOCAL, { HOME: temporary() })).toMatchObject({ credentials: NOBODY });
  });

  it('are left to the SDK for AWS itself, because the machine may have a role', async () => {
    const endpoint = 'https://dynamodb.eu-west-1.amazonaws.com';
    expect(await externalConfig(endpoint, { HOME: temporary() })).not.toHaveProperty('credentials');
  });

  it('are made up when a configuration file names only a region, because that is none', async () => {
    const home = temporary();
    const file = join(home, 'config');
    writeFileSync(file, '[default]\nregion = eu-west-1\n');
    process.env.AWS_EC2_METADATA_DISABLED = 'true';
    const config = await externalConfig(LOCAL, { HOME: home, AWS_CONFIG_FILE: file });
    delete process.env.AWS_EC2_METADATA_DISABLED;
    expect(config).toMatchObject({ credentials: NOBODY });
  });

  it("are the environment's own when it has some", async () => {
    process.env.AWS_ACCESS_KEY_ID = 'mine';
    process.env.AWS_SECRET_ACCESS_KEY = 'mine too';
    const config = await externalConfig(LOCAL, { AWS_ACCESS_KEY_ID: 'mine' });
    delete process.env.AWS_ACCESS_KEY_ID;
    delete process.env.AWS_SECRET_ACCESS_KEY;
    expect(config).not.toHaveProperty('credentials');
  });
});

describe('where the stream of a database is read', () => {
  it('is where the database is, because compatible servers have one address for both', () => {
    const config = embeddedConfig('http://127.0.0.1:8000');
    expect(streamsConfig(config)).toEqual(config);
  });

  it('is left to the SDK on AWS, because streams have hosts of their own there', () => {
    const config = { endpoint: 'https://dynamodb.eu-west-1.amazonaws.com', region: 'eu-west-1' };
    expect(streamsConfig(config)).toEqual({ region: 'eu-west-1' });
  });
});

describe('a process', () => {
  it('runs while it runs, and its start time distinguishes it from a later one of the same number', async () => {
    const child = spawn('sleep', ['60']);
    const pid = child.pid ?? 0;
    expect([isRunning(pid), processStart(pid)]).toEqual([true, expect.stringMatching(/^\d+$/)]);
    child.kill('SIGKILL');
    await new Promise((done) => child.once('exit', done));
    expect([isRunning(pid), processStart(pid)]).toEqual([false, null]);
  });

  it('counts as ended when only its exit status is kept, because it does nothing any more', async () => {
    // The shell's child ends at once; `exec` keeps its pid's parent from ever asking for the exit status.
    const parent = spawn('sh', ['-c', 'true & echo $!; exec sleep 60'], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const pid = await new Promise<number>((done) => parent.stdout.once('data', (text) => done(Number(text))));
    for (let tried = 0; tried < 500 && processStart(pid) !== null; tried++) await sleep(10);
    expect([isRunning(pid), processStart(pid)]).toEqual([false, null]);
    parent.kill('SIGKILL');
  });

  it('is found though it belongs to another user, because it runs all the same', () => {
    expect(isRunning(1)).toBe(true);
  });
});

describe('GIT_SHA', () => {
  it('is what the environment says, because a build knows better', () => {
    expect(readLocalEnv({ GIT_SHA: 'abc' }).GIT_SHA).toBe('abc');
  });

  it('is absent outside a repository, because nothing is made up', () => {
    expect(gitSha(temporary())).toBeUndefined();
  });
});

describe('the address to call', () => {
  it.each([
    ['127.0.0.1', 'http://127.0.0.1:'],
    ['0.0.0.0', 'http://127.0.0.1:'],
    ['localhost', 'http://localhost:'],
    ['::1', 'http://[::1]:'],
    ['::', 'http://[::1]:'],
  ])(
    'for HOST %s begins with %s, because a client on this machine needs one it can call',
    async (host, start) => {
      const server = createServer();
      const port = await new Promise<number>((done) => {
        server.listen(0, '127.0.0.1', () => {
          const address = server.address();
          done(typeof address === 'object' && address ? address.port : 0);
        });
      });
      expect(urlOf(server, host)).toBe(`${start}${port}`);
      server.close();
    },
  );
});

import {
  existsSync,
  linkSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { GetItemCommand, ListTablesCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { afterEach, describe, expect, it } from 'vitest';
import { embeddedConfig } from '../../../src/local/aws-config.ts';
import { claimDatabase } from '../../../src/local/database-lock.ts';
import { type Engine, startEngine } from '../../../src/local/engine.ts';
import { endLeftOverEngines } from '../../../src/local/processes.ts';
import { createDynamoDb } from '../../../src/platform/dynamodb.ts';
import { ensureTable } from '../../../src/store/calls/create-table.ts';
import { eventually, isGone, spawnScript, temporaryFolder } from './processes.ts';

const HOLDER = 'test/support/engine-holder.ts';
const folder = temporaryFolder();
const started: Engine[] = [];

const start = async (dbPath?: string): Promise<Engine> => {
  const engine = await startEngine({ dbPath });
  started.push(engine);
  return engine;
};

afterEach(async () => {
  await Promise.all(started.splice(0).map((engine) => engine.stop()));
});

const open = (engine: { endpoint: string }) => createDynamoDb(embeddedConfig(engine.endpoint));

const writeRow = async (engine: { endpoint: string }) => {
  await ensureTable(open(engine), 'kept');
  const row = { pk: { S: 'a' }, sk: { S: 'b' }, text: { S: 'still here' } };
  await open(engine).send(new PutItemCommand({ TableName: 'kept', Item: row }));
};

const readRow = async (engine: Engine): Promise<string | undefined> => {
  const key = { pk: { S: 'a' }, sk: { S: 'b' } };
  const { Item } = await open(engine).send(new GetItemCommand({ TableName: 'kept', Key: key }));
  return Item?.text?.S;
};

/** A process that holds an engine and is killed without a chance to end it. */
const killedHolder = async (...args: string[]): Promise<{ pid: number; endpoint: string }> => {
  const holder = spawnScript(HOLDER, args);
  const engine = JSON.parse((await holder.until(/^\{.*\}$/m))[0]);
  if (args[0]) await writeRow(engine);
  holder.child.kill('SIGKILL');
  await holder.exited;
  return engine;
};

describe('the embedded engine', () => {
  it('answers when it has started and is gone when it has stopped, because others wait for both', async () => {
    const engine = await start();
    expect((await open(engine).send(new ListTablesCommand({}))).TableNames).toEqual([]);
    await engine.stop();
    expect(isGone(engine.pid)).toBe(true);
    await engine.stop();
    expect(await engine.exited).toBe('exit code 0');
  });

  it('runs several at once, each with tables of its own, because instances do', async () => {
    const engines = await Promise.all([start(), start(), start()]);
    expect(new Set(engines.map(({ endpoint }) => endpoint)).size).toBe(3);
    await ensureTable(open(engines[0]), 'kept');
    expect((await open(engines[1]).send(new ListTablesCommand({}))).TableNames).toEqual([]);
  });

  it('lives in a session of its own, because Ctrl-C must not end it first', async () => {
    const engine = await start();
    const [, , , session] = readFileSync(`/proc/${engine.pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
    expect(Number(session)).toBe(engine.pid);
  });

  it('knows nothing of our environment, because credentials could be in it', async () => {
    process.env.AWS_SECRET_ACCESS_KEY = 'canary-key';
    try {
      const engine = await start();
      const variables = readFileSync(`/proc/${engine.pid}/environ`, 'utf8').split('\0').filter(Boolean);
      const names = variables.map((variable) => variable.split('=')[0]);
      // Node adds this one of its own accord while coverage is measured.
      expect(names.filter((name) => name !== 'NODE_V8_COVERAGE')).toEqual(['JIRA_WEBHOOK_SYNC_SERVER']);
    } finally {
      delete process.env.AWS_SECRET_ACCESS_KEY;
    }
  });

  it('reports when it ends by itself, because nothing can be stored from then on', async () => {
    const engine = await start();
    process.kill(engine.pid, 'SIGKILL');
    expect(await engine.exited).toBe('signal SIGKILL');
  });

  it('ends with a process that exits without stopping it, because nobody else would end it', async () => {
    const holder = spawnScript(HOLDER, ['', 'exit']);
    const engine = JSON.parse((await holder.until(/^\{.*\}$/m))[0]);
    expect(await holder.exited).toBe(1);
    await eventually(() => isGone(engine.pid));
  });

  it('keeps its rows in a file whose folder it makes, readable by its owner only', async () => {
    const dbPath = join(folder, 'not/there/yet/kept.db');
    const first = await start(dbPath);
    await writeRow(first);
    await first.stop();
    expect(statSync(dbPath).mode & 0o777).toBe(0o600);
    expect(await readRow(await start(dbPath))).toBe('still here');
  });
});

describe('a database that cannot be used', () => {
  it('is named when it is a folder, because that is the variable to change', async () => {
    await expect(startEngine({ dbPath: folder })).rejects.toThrow(
      /^LOCAL_DB_PATH .* cannot be opened as a file \(EISDIR\)$/,
    );
  });

  it("is explained in the engine's words when it is no database, and the claim on it is given up", async () => {
    const dbPath = join(folder, 'no-database.db');
    writeFileSync(dbPath, 'this is a text of more than sixteen bytes');
    await expect(startEngine({ dbPath })).rejects.toThrow(
      /did not start \(exit code 1\): .*not a valid SQLite/,
    );
    await expect(startEngine({ dbPath })).rejects.toThrow(/not a valid SQLite/);
  });

  it('is refused while another instance has it, under any name, and that one is named', async () => {
    const dbPath = join(folder, 'shared.db');
    const holder = spawnScript(HOLDER, [dbPath]);
    await holder.until(/endpoint/);
    const alias = join(folder, 'alias');
    mkdirSync(alias);
    symlinkSync(dbPath, join(alias, 'other-name.db'));
    await expect(startEngine({ dbPath })).rejects.toThrow(`in use by a running instance (pid ${holder.pid})`);
    await expect(startEngine({ dbPath: join(alias, 'other-name.db') })).rejects.toThrow(
      `(pid ${holder.pid})`,
    );
    holder.child.kill('SIGKILL');
    await holder.exited;
    await start(dbPath);
  });

  it('is refused under a hard link too, in any folder, because it is the same file', async () => {
    const dbPath = join(folder, 'linked.db');
    const holder = spawnScript(HOLDER, [dbPath]);
    await holder.until(/endpoint/);
    mkdirSync(join(folder, 'elsewhere'));
    const links = [join(folder, 'hard.db'), join(folder, 'elsewhere/hard.db')];
    for (const link of links) linkSync(dbPath, link);
    symlinkSync(links[1] ?? '', join(folder, 'soft-to-hard.db'));
    for (const link of [...links, join(folder, 'soft-to-hard.db')])
      await expect(startEngine({ dbPath: link })).rejects.toThrow(
        `in use by a running instance (pid ${holder.pid})`,
      );
    holder.child.kill('SIGKILL');
    await holder.exited;
    await (await start(dbPath)).stop();
    await start(links[0]);
  });

  it('is refused under its path although the file is a new one, because the journal lies beside the path', async () => {
    const dbPath = join(folder, 'replaced.db');
    const claim = await claimDatabase(dbPath);
    rmSync(dbPath);
    await expect(claimDatabase(dbPath)).rejects.toThrow('in use by a running instance');
    claim.release();
    (await claimDatabase(dbPath)).release();
  });

  it('is asked for by its last name when its engine was killed, because its journal lies beside that', async () => {
    const dbPath = join(folder, 'first-name.db');
    const link = join(folder, 'second-name.db');
    const engine = await start(dbPath);
    await writeRow(engine);
    linkSync(dbPath, link);
    process.kill(engine.pid, 'SIGKILL');
    await engine.exited;
    await expect(startEngine({ dbPath: link })).rejects.toThrow(`start once with that name`);
    const again = await start(dbPath);
    expect(await readRow(again)).toBe('still here');
    await again.stop();
    expect(await readRow(await start(link))).toBe('still here');
  });

  it('goes to exactly one of many that start at once, because two would overwrite each other', async () => {
    const dbPath = join(folder, 'contested.db');
    const tries = await Promise.allSettled(Array.from({ length: 8 }, () => claimDatabase(dbPath)));
    const won = tries.filter((tried) => tried.status === 'fulfilled');
    expect(won).toHaveLength(1);
    won[0]?.value.release();
    (await claimDatabase(dbPath)).release();
  });
});

describe('what a server killed with -9 leaves over', () => {
  it('is ended at the next start on the same file, and every row is there', async () => {
    const dbPath = join(folder, 'killed.db');
    const orphan = await killedHolder(dbPath);
    expect(isGone(orphan.pid)).toBe(false);
    const engine = await start(dbPath);
    expect(isGone(orphan.pid)).toBe(true);
    expect(await readRow(engine)).toBe('still here');
  });

  it('is ended at the next start of any kind, because an engine in memory has no file to find it by', async () => {
    const orphan = await killedHolder();
    await start();
    expect(isGone(orphan.pid)).toBe(true);
  });

  it('is forced when it does not listen, because it would keep the database', async () => {
    const dbPath = join(folder, 'stopped.db');
    const orphan = await killedHolder(dbPath);
    process.kill(orphan.pid, 'SIGSTOP');
    expect(await readRow(await start(dbPath))).toBe('still here');
    expect(isGone(orphan.pid)).toBe(true);
  });

  it('is distinguished from the engine of a running server, because that one is in use', async () => {
    const mine = await start();
    const holder = spawnScript(HOLDER);
    const theirs = JSON.parse((await holder.until(/^\{.*\}$/m))[0]);
    await endLeftOverEngines();
    expect([isGone(mine.pid), isGone(theirs.pid)]).toEqual([false, false]);
    holder.child.kill('SIGTERM');
    await holder.exited;
    await endLeftOverEngines();
    expect([isGone(mine.pid), isGone(theirs.pid)]).toEqual([false, true]);
  });

  it('includes no file that could hinder, because the only file is the database', async () => {
    const dbPath = join(folder, 'alone/only.db');
    await killedHolder(dbPath);
    // On a busy machine an engine may be forced to end: its log is then left to the next one.
    await eventually(async () => {
      await (await start(dbPath)).stop();
      return !existsSync(`${dbPath}-wal`);
    });
    expect(existsSync(`${dbPath}.lock`)).toBe(false);
  });
});

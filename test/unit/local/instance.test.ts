import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { readInstance, removeInstance, writeInstance } from '../../../src/local/instance.ts';

const folder = mkdtempSync(join(tmpdir(), 'instance-'));
const file = join(folder, '.local/instance.json');

afterAll(() => rmSync(folder, { recursive: true, force: true }));
beforeEach(() => rmSync(dirname(file), { recursive: true, force: true }));

const described = {
  url: 'http://127.0.0.1:8080',
  dynamodb_endpoint: 'http://127.0.0.1:8000',
  table_name: 'jira-webhook-sync',
  artifacts_dir: '/somewhere',
  secret: 'a secret',
  commits_secret: 'a secret for commits',
  manage_token: 'a token',
  started_at: '2026-11-22T19:00:00.000Z',
};

/** The record as another process would have left it. */
const left = (changes: Record<string, unknown>): void => {
  writeInstance(described, file);
  writeFileSync(file, JSON.stringify({ ...JSON.parse(readFileSync(file, 'utf8')), ...changes }));
};

describe('the instance file', () => {
  it('is read as it was written, with the pid of its writer', () => {
    writeInstance(described, file);
    expect(readInstance(file)).toMatchObject({ ...described, pid: process.pid });
  });

  it('is for its owner only and leaves no other file, because it holds the secret', () => {
    writeInstance(described, file);
    writeInstance({ ...described, secret: null, commits_secret: null }, file);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(readdirSync(dirname(file))).toEqual(['instance.json']);
    expect(readInstance(file)).toMatchObject({ secret: null, commits_secret: null });
  });

  it.each([
    ['is missing', () => {}],
    ['is cut off', () => left({}) ?? writeFileSync(file, readFileSync(file, 'utf8').slice(0, 40))],
    ['is no record', () => left({ url: 7 })],
    ['is a list', () => left({}) ?? writeFileSync(file, '[]')],
    ['names no process', () => left({ pid: 0 })],
    ['names a process that is no more', () => left({ pid: 2 ** 22 + 1 })],
    ['names a pid that another process has by now', () => left({ process_start: '1' })],
  ])('names nobody when it %s, because a wrong address helps no command', (_case, prepare) => {
    prepare();
    expect(readInstance(file)).toBeNull();
  });

  it('is taken away at exit only while it is ours, because a later instance has written its own', () => {
    left({ pid: process.ppid });
    removeInstance(file);
    expect(existsSync(file)).toBe(true);
    writeInstance(described, file);
    removeInstance(file);
    expect(existsSync(file)).toBe(false);
    removeInstance(file);
  });
});

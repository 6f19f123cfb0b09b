import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { secretsOf, settingsOf } from '../../../../src/cli/subscriptions/settings.ts';
import { scriptedApi } from '../../../support/executions-shown.ts';

const { api } = scriptedApi(() => ({ connections: [] }));

describe('conditions on the command line', () => {
  it('are lists with commas, or repeated, or both', async () => {
    const flags = { event: ['jira:issue_*', 'comment_created, comment_updated'], project: ['OPS'] };
    expect(await settingsOf(api, flags, {})).toEqual({
      filter: { event_types: ['jira:issue_*', 'comment_created', 'comment_updated'], projects: ['OPS'] },
    });
  });

  it('keep a comma in the names of types, because people write it there', async () => {
    const flags = { requestType: ['Buy, or rent'], issuePriority: ['High, really'], issueType: ['A,B'] };
    expect(await settingsOf(api, flags, {})).toEqual({
      filter: { request_types: ['Buy, or rent'], priorities: ['High, really'], issue_types: ['A,B'] },
    });
  });

  it('leave those that are not named as they are, and an empty one takes its own away', async () => {
    const before = { projects: ['OPS'], labels: ['urgent'] };
    expect(await settingsOf(api, { label: [''], event: ['x'] }, before)).toEqual({
      filter: { projects: ['OPS'], labels: [], event_types: ['x'] },
    });
    expect(await settingsOf(api, { name: 'Agents' }, before)).toEqual({ name: 'Agents' });
  });

  it('name a connection that is there, because a typing error would match nothing', async () => {
    await expect(settingsOf(api, { connection: ['Rulez'] }, {})).rejects.toThrow('name Rulez');
  });

  it('have a rate that is a number, or none', async () => {
    expect(await settingsOf(api, { rate: '' }, {})).toEqual({ rate_per_second: null });
    expect(await settingsOf(api, { rate: '20' }, {})).toEqual({ rate_per_second: 20 });
    for (const rate of ['0', '-1', '1.5', 'many', '1e3'])
      await expect(settingsOf(api, { rate }, {})).rejects.toThrow('--rate must be');
  });
});

describe('secrets in files', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'secrets-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  const file = async (text: string): Promise<string> => {
    const path = join(folder, `file-${Math.random()}`);
    await writeFile(path, text);
    return path;
  };

  it('are an address, headers and a key', async () => {
    expect(
      await secretsOf({
        urlFile: await file('https://agents.example.com/hook?token=abc\n'),
        headerFile: await file('Authorization: Bearer a:b  \r\n\r\nX-Team:ops\r\n'),
        secretFile: await file('c2VjcmV0\n'),
        secretEncoding: 'base64',
      }),
    ).toEqual({
      url: 'https://agents.example.com/hook?token=abc',
      headers: { Authorization: 'Bearer a:b', 'X-Team': 'ops' },
      secret: 'c2VjcmV0',
      secret_encoding: 'base64',
    });
  });

  it('are left out where none is named, and an empty path takes all headers away', async () => {
    expect(await secretsOf({})).toEqual({});
    expect(await secretsOf({ headerFile: '' })).toEqual({ headers: {} });
  });

  it('refuses a header that comes twice, because only one of its values would be sent', async () => {
    const headerFile = await file('X-Key: first\nX-Team: ops\nx-key: second\n');
    await expect(secretsOf({ headerFile })).rejects.toThrow(
      /^--header-file: line 3 has a name that another line has$/,
    );
  });

  it('are not quoted when they are wrong', async () => {
    const headerFile = await file('X-Team: ops\nBearer my-token\n');
    await expect(secretsOf({ headerFile })).rejects.toThrow(/^--header-file: line 2 must be "Name: value"$/);
    await expect(secretsOf({ secretFile: await file('\n') })).rejects.toThrow('holds no secret');
    await expect(secretsOf({ secretFile: await file('a\nb\n') })).rejects.toThrow('must be one line');
  });

  it('are read from standard input once', async () => {
    await expect(secretsOf({ urlFile: '-', secretFile: '-' })).rejects.toThrow('Only one file can be -');
    await expect(secretsOf({ url: 'https://x.example', urlFile: '-' })).rejects.toThrow('Give either');
  });
});

import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readEnv } from '../../../src/contract/env.ts';
import { temporaryFolder } from '../../support/server-process.ts';
import { type Ended, runCli } from './run-cli.ts';

/** As Atlassian publishes it. */
const item = (cidr: string, product: string[], direction: string[]) => ({
  network: cidr.split('/')[0],
  mask_len: Number(cidr.split('/')[1]),
  cidr,
  mask: '255.255.255.240',
  region: ['global'],
  product,
  direction,
});

const LIST = {
  creationDate: '2026-11-20T10:00:00.000000',
  syncToken: 1_795_000_000,
  items: [
    item('13.200.41.128/28', ['jira', 'confluence'], ['egress']),
    item('13.200.41.144/28', ['jira'], ['egress', 'ingress']),
    item('18.136.214.96/28', ['bitbucket'], ['egress']),
    item('185.166.140.0/22', ['jira'], ['ingress']),
    item('2401:1d80:3200::/64', ['jira'], ['egress']),
  ],
};

let folder: Awaited<ReturnType<typeof temporaryFolder>>;

beforeAll(async () => {
  folder = await temporaryFolder();
});

afterAll(() => folder.remove());

const run = async (list: unknown, ...args: string[]): Promise<Ended> => {
  const path = join(folder.path, 'ranges.json');
  await writeFile(path, typeof list === 'string' ? list : JSON.stringify(list));
  return runCli('atlassian-ranges', ['--file', path, ...args]);
};

describe('npm run atlassian-ranges', () => {
  it('prints where Jira sends from, merged, and nothing else, because a shell puts it into a deploy', async () => {
    const { code, stdout } = await run(LIST);
    expect([code, stdout]).toEqual([0, '13.200.41.128/27,2401:1d80:3200::/64\n']);
    const { ALLOWED_CIDRS: list } = readEnv({ ALLOWED_CIDRS: stdout.trim() });
    expect(list?.check('13.200.41.150')).toBe(true);
    expect(list?.check('185.166.140.1')).toBe(false);
  });

  it('prints those of another product', async () => {
    expect((await run(LIST, '--product', 'bitbucket')).stdout).toBe('18.136.214.96/28\n');
  });

  it('prints no empty list, because that would admit everybody', async () => {
    const { code, stdout, stderr } = await run(LIST, '--product', 'statuspage');
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toContain('Products that send: bitbucket, confluence, jira');
    expect(await run({ ...LIST, items: [] })).toMatchObject({ code: 1, stdout: '' });
  });

  it('says when a list is too long to be deployed, because a connection takes it all the same', async () => {
    const items = Array.from({ length: 250 }, (_, n) => item(`10.${n}.1.1/32`, ['jira'], ['egress']));
    const { code, stdout, stderr } = await run({ items });
    expect([code, stdout.split(',').length]).toEqual([0, 250]);
    expect(stderr).toContain('A deploy takes at most 3000 characters');
    expect((await run(LIST)).stderr).not.toContain('at most');
  });

  it.each([
    ['no JSON', 'canary{'],
    ['JSON of something else', { prefixes: [] }],
    ['an item without a direction', { items: [{ cidr: '10.0.0.0/8', product: ['jira'] }] }],
    ['an item that is no block', { items: [item('10.0.0.0/99', ['jira'], ['egress'])] }],
  ])('says what it wants instead of %s', async (_what, list) => {
    const { code, stdout, stderr } = await run(list);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain('is not the list that Atlassian publishes');
    expect(stderr).not.toContain('canary');
  });

  it('says which file it cannot read', async () => {
    const { code, stderr } = await runCli('atlassian-ranges', ['--file', '/nowhere/ranges.json']);
    expect(code).toBe(2);
    expect(stderr).toContain('/nowhere/ranges.json cannot be read (ENOENT)');
  });
});

import { once } from 'node:events';
import { watch } from 'node:fs';
import { mkdir, readdir, readFile, stat, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readIfThere, writeWhole } from '../../../src/platform/objects-in-folder.ts';
import { temporaryFolder } from '../../support/server-process.ts';

let folder: Awaited<ReturnType<typeof temporaryFolder>>;

beforeAll(async () => {
  folder = await temporaryFolder();
});

afterAll(() => folder.remove());

describe('a file written whole', () => {
  it('is there with all its bytes, in a folder that is made, for its owner only', async () => {
    const path = join(folder.path, 'a/b/file.json');
    await writeWhole(path, Buffer.from('first'));
    await writeWhole(path, Buffer.from('second'));
    expect(await readFile(path, 'utf8')).toBe('second');
    expect((await stat(path)).mode & 0o777).toBe(0o600);
  });

  it('never has a name that looks like a file of its kind before it is whole', async () => {
    const place = join(folder.path, 'watched');
    await mkdir(place);
    const watcher = watch(place);
    const names = new Set<string>();
    watcher.on('change', (_, name) => names.add(String(name)));
    const write = writeWhole(join(place, 'file.json'), Buffer.alloc(100_000, 'x'));
    while (!names.has('file.json')) await once(watcher, 'change');
    await write;
    watcher.close();
    const aside = [...names].filter((name) => name !== 'file.json');
    expect(aside).toEqual([expect.stringMatching(/^file\.json\.[0-9a-f-]{36}\.part$/)]);
    expect(await readdir(place)).toEqual(['file.json']);
  });

  it('leaves nothing aside when it cannot take its place', async () => {
    const place = join(folder.path, 'taken');
    await mkdir(join(place, 'file.json'), { recursive: true });
    await expect(writeWhole(join(place, 'file.json'), Buffer.from('x'))).rejects.toThrow('EISDIR');
    expect(await readdir(place)).toEqual(['file.json']);
  });
});

describe('a file that is read if it is there', () => {
  it('is null when it is not there, and a fault when it cannot be read', async () => {
    expect(await readIfThere(join(folder.path, 'nowhere/file.json'))).toBeNull();
    await symlink('loop', join(folder.path, 'loop'));
    await expect(readIfThere(join(folder.path, 'loop'))).rejects.toThrow('ELOOP');
  });
});

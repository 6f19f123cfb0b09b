import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { objectsInFolder } from '../../../../src/platform/objects-in-folder.ts';
import { rawBodiesIn } from '../../../../src/store/events/raw-bodies.ts';

const signal = AbortSignal.timeout(10_000);
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'raw-bodies-'));
});

afterEach(() => rm(folder, { recursive: true }));

describe('removing a raw body', () => {
  it('is done where there was none, because the command is run again after a crash', async () => {
    await expect(rawBodiesIn(objectsInFolder(folder)).remove('evt_1', signal)).resolves.toBeUndefined();
  });

  it('fails where the folder cannot be read, because a person’s data may still lie there', async () => {
    const file = join(folder, 'artifacts');
    await writeFile(file, 'no folder');
    await expect(rawBodiesIn(objectsInFolder(folder)).remove('evt_1', signal)).rejects.toMatchObject({
      dependency: 'artifacts',
    });
  });
});

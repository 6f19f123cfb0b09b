import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type DrawnRepository, drawRepository } from './drawn-repository.ts';
import { sentFrom } from './git-sent.ts';

let root = '';
let made = 0;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'branches-'));
});

afterAll(() => rm(root, { recursive: true }));

const shop = (head = 'main'): DrawnRepository => {
  made += 1;
  return drawRepository(join(root, String(made), 'shop'), { head });
};

const clone = async ({ folder, git }: DrawnRepository, name: string, ...more: string[]): Promise<string> => {
  await git(['clone', '--quiet', ...more, `file://${folder}`, `${folder}-${name}`]);
  return `${folder}-${name}`;
};

describe('a feature branch', () => {
  it('speaks for what began on it alone, because the history below is everybody’s', async () => {
    const { on, folder } = shop();
    on('main', 'first');
    on('feature/RA-12-login', 'second', 'third');
    const right = ['first main', 'second feature/RA-12-login', 'third feature/RA-12-login'];
    expect(await sentFrom(folder)).toEqual(right);
  });

  it('says nothing of what a merge of the default branch brought, however often', async () => {
    const { on, merge, folder } = shop();
    on('main', 'm1');
    on('feature/RA-1', 'f1');
    on('main', 'm2');
    on('feature/RA-1');
    merge('main', 'merge-1');
    on('main', 'm3');
    on('feature/RA-1', 'f2');
    merge('main', 'merge-2');
    expect((await sentFrom(folder)).sort()).toEqual([
      'f1 feature/RA-1',
      'f2 feature/RA-1',
      'm1 main',
      'm2 main',
      'm3 main',
      'merge-1 feature/RA-1',
      'merge-2 feature/RA-1',
    ]);
  });

  it('says nothing of what another branch brought by a merge, nor of what it was begun on', async () => {
    const { on, merge, folder } = shop();
    on('main', 'm1');
    on('feature/RA-1', 'a1', 'a2');
    on('feature/RA-2', 'b1');
    on('main');
    on('library', 'l1');
    on('feature/RA-2');
    merge('library', 'merge-library');
    const right = ['a1 -', 'a2 -', 'b1 feature/RA-2', 'l1 -', 'm1 main', 'merge-library feature/RA-2'];
    expect((await sentFrom(folder)).sort()).toEqual(right);
    expect(await sentFrom(folder, { branch: ['feature/RA-1'] })).toEqual([
      'm1 main',
      'a1 feature/RA-1',
      'a2 feature/RA-1',
    ]);
  });

  it('keeps its commits whichever of the two branches is named first', async () => {
    const { on, folder } = shop();
    on('main', 'm1');
    on('feature/RA-1', 'a1');
    on('feature/RA-2', 'b1');
    const right = ['m1 main', 'a1 feature/RA-1', 'b1 feature/RA-2'];
    expect(await sentFrom(folder, { branch: ['feature/RA-1', 'feature/RA-2'] })).toEqual(right);
    expect(await sentFrom(folder, { branch: ['feature/RA-2', 'feature/RA-1'] })).toEqual(right);
    expect(await sentFrom(folder, { all: true })).toEqual(right);
  });

  it('without a commit of its own says nothing, because it only stands on another’s', async () => {
    const { on, folder } = shop();
    on('main', 'm1');
    on('feature/RA-2');
    expect(await sentFrom(folder)).toEqual(['m1 main']);
    on('feature/RA-1', 'a1');
    on('feature/RA-3');
    expect(await sentFrom(folder)).toEqual(['m1 main', 'a1 -']);
  });

  it('says nothing of what two branches share, because either may have it from the other', async () => {
    const { on, folder } = shop();
    on('main', 'm1');
    on('feature/RA-1', 'shared');
    on('feature/RA-2', 'b1');
    on('feature/RA-1', 'a1');
    expect(await sentFrom(folder)).toEqual(['m1 main', 'shared -', 'a1 feature/RA-1']);
    expect(await sentFrom(folder, { branch: ['feature/RA-2'] })).toEqual([
      'm1 main',
      'shared -',
      'b1 feature/RA-2',
    ]);
  });

  it('of a branch that is no default says nothing of that one, merged into it or not yet', async () => {
    const { on, merge, folder } = shop();
    on('main', 'm1');
    on('release-2', 'r1');
    on('fix/RA-5', 'x1');
    const right = ['m1 main', 'r1 -', 'x1 fix/RA-5'];
    expect(await sentFrom(folder)).toEqual(right);
    on('release-2', 'r2');
    merge('fix/RA-5', 'merge-fix');
    on('release-2', 'r3');
    expect(await sentFrom(folder, { branch: ['fix/RA-5'] })).toEqual(right);
    expect((await sentFrom(folder)).sort()).toEqual([
      'm1 main',
      'merge-fix release-2',
      'r1 -',
      'r2 release-2',
      'r3 release-2',
      'x1 -',
    ]);
  });

  it('keeps silent of what it went on to from a develop that has it by fast-forward', async () => {
    const { on, git, folder } = shop();
    on('main', 'm1');
    on('develop', 'd1');
    on('feature/RA-6', 'f1');
    on('develop');
    await git(['merge', '--quiet', '--ff-only', 'feature/RA-6']);
    on('develop', 'd2');
    expect(await sentFrom(folder, { branch: ['feature/RA-6'] })).toEqual(['m1 main', 'd1 -', 'f1 -']);
  });

  it('that shares nothing with the default branch speaks for all of its line, because it began alone', async () => {
    const { on, onOrphan, folder } = shop();
    on('main', 'm1');
    onOrphan('docs/RA-4', 'd1');
    expect(await sentFrom(folder)).toEqual(['d1 docs/RA-4']);
  });

  it('may have any name, also that of an option or of an object’s own property', async () => {
    const { on, git, folder } = shop();
    on('main', 'm1');
    on('__proto__', 'p1');
    await git(['update-ref', 'refs/heads/--all', 'HEAD']);
    await git(['branch', '-m', '__proto__', 'constructor']);
    await git(['update-ref', '-d', 'refs/heads/--all']);
    expect(await sentFrom(folder, { branch: ['constructor'] })).toEqual(['m1 main', 'p1 constructor']);
  });
});

describe('after the feature was merged', () => {
  it('its commits carry the default branch or none, and only batches that hold them change', async () => {
    const { on, merge, git, folder } = shop();
    on('main', 'm1');
    on('feature/RA-1', 'f1');
    on('main', 'm2');
    merge('feature/RA-1', 'merge');
    expect(await sentFrom(folder, { branch: ['feature/RA-1'] })).toEqual(['m1 main', 'f1 main']);
    expect((await sentFrom(folder)).every((line) => line.endsWith(' main'))).toBe(true);
    await git(['branch', '-d', 'feature/RA-1']);
    expect(await sentFrom(folder)).toHaveLength(4);
  });
});

describe('the default branch', () => {
  it('is what origin/HEAD says, and main is a branch like others then', async () => {
    const origin = shop('develop');
    origin.on('develop', 'd1');
    origin.on('main', 'release');
    origin.on('develop', 'd2');
    const folder = await clone(origin, 'clone');
    const { git, on, commit } = drawRepository(folder);
    on('feature/RA-1', 'f1');
    expect(await sentFrom(folder)).toEqual(['d1 develop', 'd2 develop', 'f1 feature/RA-1']);
    await git(['checkout', '--quiet', '-b', 'feature/RA-2', 'origin/main']);
    commit('f2');
    expect(await sentFrom(folder)).toEqual(['d1 develop', 'release -', 'f2 feature/RA-2']);
  });

  it.each(['master', 'trunk', 'develop'])('may be called %s where there is no origin', async (name) => {
    const { on, folder } = shop(name);
    on(name, 'm1');
    on('feature/RA-1', 'f1');
    expect(await sentFrom(folder)).toEqual([`m1 ${name}`, 'f1 feature/RA-1']);
  });

  it('is here and at the remote, because the one here may be behind or ahead', async () => {
    const origin = shop();
    origin.on('main', 'm1');
    const folder = await clone(origin, 'clone');
    origin.on('main', 'm2');
    const { git, on, commit } = drawRepository(folder);
    await git(['fetch', '--quiet']);
    await git(['checkout', '--quiet', '-b', 'feature/RA-1', 'origin/main']);
    commit('f1');
    expect(await sentFrom(folder)).toEqual(['m1 main', 'm2 main', 'f1 feature/RA-1']);
    on('main', 'unpushed');
    on('feature/RA-2', 'f2');
    expect(await sentFrom(folder)).toEqual(['m1 main', 'unpushed main', 'f2 feature/RA-2']);
  });

  it('of a clone of one branch is that branch, which then names nothing, because its history is all there is', async () => {
    const origin = shop();
    origin.on('main', 'm1');
    origin.on('feature/RA-1', 'f1');
    const folder = await clone(origin, 'single', '--single-branch', '--branch', 'feature/RA-1');
    expect(await sentFrom(folder)).toEqual(['m1 -', 'f1 -']);
  });

  it('that nobody can name leaves commits without a branch, unless another branch shows where ours began', async () => {
    const { on, folder } = shop('RA-1-start');
    on('RA-1-start', 'a1', 'a2');
    expect(await sentFrom(folder)).toEqual(['a1 -', 'a2 -']);
    on('RA-2-next', 'b1');
    expect(await sentFrom(folder)).toEqual(['a1 -', 'a2 -', 'b1 RA-2-next']);
  });
});

describe('a clone that was cut off', () => {
  it('speaks for no line that ends in the dark, because main may be down there', async () => {
    const origin = shop();
    origin.on('main', 'm1', 'm2', 'm3');
    origin.on('feature/RA-1', 'f1');
    origin.on('main', 'm4', 'm5', 'm6');
    const cut = ['--depth', '3', '--no-single-branch'];
    const folder = await clone(origin, 'shallow', ...cut);
    expect(await sentFrom(folder, { branch: ['feature/RA-1'] })).toEqual(['m2 -', 'm3 -', 'f1 -']);
  });

  it('speaks for a line whose beginning is there', async () => {
    const origin = shop();
    origin.on('main', 'm1', 'm2');
    origin.on('feature/RA-1', 'f1');
    origin.on('main', 'm3');
    const folder = await clone(origin, 'shallow', '--depth', '2', '--no-single-branch');
    expect(await sentFrom(folder, { branch: ['feature/RA-1'] })).toEqual(['m2 main', 'f1 feature/RA-1']);
  });
});

describe('a bare repository', () => {
  it('is read like any other, whatever its HEAD names', async () => {
    const origin = shop();
    origin.on('main', 'm1');
    origin.on('feature/RA-1', 'f1');
    const folder = await clone(origin, 'bare.git', '--bare');
    expect(await sentFrom(folder)).toEqual(['m1 main', 'f1 feature/RA-1']);
  });
});

describe('a detached HEAD', () => {
  it('has no branch, and neither have its commits', async () => {
    const { on, git, commit, folder } = shop();
    on('main', 'm1');
    on('feature/RA-1', 'f1');
    await git(['checkout', '--quiet', '--detach']);
    commit('x1');
    expect(await sentFrom(folder)).toEqual(['m1 -', 'f1 -', 'x1 -']);
  });
});

describe('--all', () => {
  it('lists each commit of every branch once, here and at the remotes, the default branch first', async () => {
    const origin = shop();
    origin.on('main', 'm1');
    origin.on('feature/RA-1', 'f1');
    origin.on('main');
    const folder = await clone(origin, 'clone');
    const { git, on } = drawRepository(folder);
    await git(['checkout', '--quiet', 'feature/RA-1']);
    origin.on('feature/RA-1', 'f2');
    await git(['fetch', '--quiet']);
    on('main');
    on('feature/RA-2', 'g1');
    expect(await sentFrom(folder, { all: true })).toEqual([
      'm1 main',
      'f1 feature/RA-1',
      'g1 feature/RA-2',
      'f2 feature/RA-1',
    ]);
  });
});

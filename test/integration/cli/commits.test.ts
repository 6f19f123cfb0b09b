import { createHmac } from 'node:crypto';
import { appendFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { readEnv } from '../../../src/contract/env.ts';
import { type Instance, startInstance } from '../../../src/local/run-instance.ts';
import { createLogger } from '../../../src/platform/logger.ts';
import { depth } from '../../support/depth.ts';
import { whileSleepsAre } from '../../support/sleeps.ts';
import { type DrawnRepository, drawRepository } from './drawn-repository.ts';
import { makeRepository } from './git-repository.ts';
import { type Receiver, startReceiver } from './receiver.ts';
import { runCli, runCliBeside } from './run-cli.ts';

const SECRET = 'a secret for commits';
const RECORDED = { status: 202, body: { status: 'accepted', outcome: 'recorded', event_id: 'evt_1' } };

let root = '';
let made = 0;
const receivers: Receiver[] = [];

const receive = async (...args: Parameters<typeof startReceiver>): Promise<Receiver> => {
  const receiver = await startReceiver(...args);
  receivers.push(receiver);
  return receiver;
};

/** A repository in a folder of its own called `shop`. */
const repositoryOf = (): DrawnRepository => {
  made += 1;
  return drawRepository(join(root, String(made), 'shop'));
};

const toSend = (repository: string, receiver: { url: string }, more: string[] = []): string[] => [
  ...['--repo', repository, '--url', receiver.url, '--secret', SECRET],
  ...more,
];

const send = (repository: string, receiver: { url: string }, ...more: string[]) =>
  runCliBeside('commits', toSend(repository, receiver, more));

type Sent = { repository: string; commits: { sha: string; message: string; branch?: string }[] };

const bodiesOf = (receiver: Receiver): string[] => receiver.requests.map(({ body }) => body.toString());
const sentTo = (receiver: Receiver): Sent[] => bodiesOf(receiver).map((body) => JSON.parse(body));
const commitsTo = (receiver: Receiver) => sentTo(receiver).flatMap(({ commits }) => commits);
const titlesTo = (receiver: Receiver): string[] => commitsTo(receiver).map(({ message }) => message);

const AUTHOR = { GIT_AUTHOR_NAME: 'Ada Author', GIT_AUTHOR_EMAIL: 'ada@example.com' };

/** Signs with nonsense, and says the same when asked to verify it. */
const SIGNER = `#!/bin/sh
cat > /dev/null
echo '[GNUPG:] SIG_CREATED made by SIGNER' >&2
printf -- '-----BEGIN PGP SIGNATURE-----\\n\\nnone\\n-----END PGP SIGNATURE-----\\n'
`;

/** All of them change what a plain git log prints. */
const SETTINGS = `
[log]
  showSignature = true
  decorate = full
  diffMerges = on
  date = relative
[format]
  pretty = oneline
[color]
  ui = always
[core]
  pager = false
[i18n]
  logOutputEncoding = ISO-8859-1
`;

/** What one run sends. */
const bodiesSent = async (repository: string, ...more: string[]): Promise<string[]> => {
  const receiver = await receive(() => RECORDED);
  expect((await send(repository, receiver, ...more)).code).toBe(0);
  return bodiesOf(receiver);
};

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'commits-'));
});

afterEach(async () => {
  await Promise.all(receivers.splice(0).map((receiver) => receiver.close()));
});

afterAll(() => rm(root, { recursive: true }));

describe('a delivery', () => {
  it('is this signed body, byte for byte, because its bytes are how the receiver knows it again', async () => {
    const { folder, commit } = await makeRepository(join(root, 'made-by-git', 'shop'));
    const first = await commit('ABC-1 Add it\n\nBecause.\n');
    const second = await commit('ABC-2 Größe 🦊', { author: 'Zoë', at: '1772500000 +0530' });
    const receiver = await receive(() => RECORDED);
    const { code, stdout, stderr } = await send(folder, receiver, '--name', 'acme/shop');
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toContain('Commits of acme/shop: 2 (main: 2)');
    expect(stdout).toMatch(/accepted +1 +2\nduplicate +0 +0\nfailed +0 +0\n$/);
    const [request] = receiver.requests;
    expect(request?.body.toString()).toBe(
      '{"repository":"acme/shop","commits":[' +
        `{"sha":"${first}","message":"ABC-1 Add it\\n\\nBecause.",` +
        '"author":"Ada Author","committed_at":"2026-03-02T10:00:00-07:00","branch":"main"},' +
        `{"sha":"${second}","message":"ABC-2 Größe 🦊",` +
        '"author":"Zoë","committed_at":"2026-03-03T06:36:40+05:30","branch":"main"}]}',
    );
    const digest = createHmac('sha256', SECRET)
      .update(request?.body ?? '')
      .digest('hex');
    expect(request).toMatchObject({ method: 'POST', url: '/webhooks/commits' });
    expect(request?.headers).toMatchObject({
      'x-hub-signature-256': `sha256=${digest}`,
      'content-type': 'application/json; charset=UTF-8',
    });
    expect(request?.headers).not.toHaveProperty('x-hub-signature');
  });

  it('holds no e-mail address, neither of an author nor of a trailer', async () => {
    const { folder, commit } = repositoryOf();
    commit('ABC-1 Do\n\nSigned-off-by: Bob <bob@example.com>', { author: 'carl@example.com' });
    const [body = ''] = await bodiesSent(folder);
    expect(body).toContain('ABC-1 Do\\n\\nSigned-off-by: Bob [address]');
    expect(body).toContain('"author":"sha256:');
    expect(body).not.toContain('example.com');
  });

  it("is called as the remote says, without the token that stands in the remote's address", async () => {
    const { folder, commit, git } = repositoryOf();
    commit('ABC-1');
    await git(['remote', 'add', 'origin', 'https://ada:t0ken@git.example.com/acme/web.git']);
    const receiver = await receive(() => RECORDED);
    const { stdout, stderr } = await send(folder, receiver);
    expect(sentTo(receiver)[0]?.repository).toBe('acme/web');
    expect(bodiesOf(receiver).join() + stdout + stderr).not.toContain('t0ken');
  });

  it('is called as the folder is where there is no remote', async () => {
    const { folder, commit } = repositoryOf();
    commit('ABC-1');
    const [body = ''] = await bodiesSent(folder);
    expect(body).toMatch(/^\{"repository":"shop",/);
  });
});

describe('a history', () => {
  it('is sent oldest first, with merges and messages of any shape', async () => {
    const { folder, commit, merge, on } = repositoryOf();
    const messages = ['root', '', 'line\nline\r\n\n  indented', '-x --not-an-option', '%H %x00 "quoted"'];
    for (const message of messages) commit(message);
    on('feature');
    commit('ABC-7 On a branch');
    on('main');
    merge('feature', 'Merge feature');
    const receiver = await receive(() => RECORDED);
    await send(folder, receiver);
    expect(titlesTo(receiver)).toEqual([...messages, 'ABC-7 On a branch', 'Merge feature']);
  });

  it('reads the same from a folder in it, a linked work tree, a bare clone and within a hook', async () => {
    const { folder, commits, git } = repositoryOf();
    commits(3);
    const inside = join(folder, 'a', 'b');
    const bare = join(root, `${made}`, 'bare', 'shop.git');
    const linked = join(root, `${made}`, 'linked');
    await mkdir(inside, { recursive: true });
    await git(['clone', '--quiet', '--bare', folder, bare]);
    await git(['remote', 'add', 'origin', 'https://git.example.com/acme/shop']);
    await git(['worktree', 'add', '--quiet', '--detach', linked]);
    const [plain] = await bodiesSent(folder, '--name', 'acme/shop');
    expect(await bodiesSent(inside)).toEqual([plain]);
    expect(await bodiesSent(bare, '--name', 'acme/shop')).toEqual([plain]);
    expect(await bodiesSent(linked, '--branch', 'main')).toEqual([plain]);
    const receiver = await receive(() => RECORDED);
    const args = ['--repo', folder, '--url', receiver.url];
    const env = { GIT_DIR: '/nonexistent/.git', GIT_INDEX_FILE: '/x', COMMITS_WEBHOOK_SECRET: SECRET };
    expect((await runCliBeside('commits', args, env)).code).toBe(0);
    expect(bodiesOf(receiver)).toEqual([plain]);
  });

  it("reads the same under settings of the user's own, because equal commits must be equal bytes", async () => {
    const { folder, git } = repositoryOf();
    const gpg = `${folder}-gpg`;
    await writeFile(gpg, SIGNER, { mode: 0o755 });
    await git(['config', 'gpg.program', gpg]);
    const signed = ['-c', 'commit.gpgSign=true', 'commit', '--quiet', '--allow-empty', '-m', 'ABC-1 Größe'];
    await git(signed, AUTHOR);
    const plain = await bodiesSent(folder);
    await appendFile(join(folder, '.git', 'config'), SETTINGS);
    expect(await git(['log', '-1'])).toContain('made by SIGNER');
    expect(await bodiesSent(folder)).toEqual(plain);
  });

  it('without any commit is nothing to send, which is no failure', async () => {
    const { folder } = repositoryOf();
    const receiver = await receive(() => RECORDED);
    const { code, stdout } = await send(folder, receiver);
    expect([code, stdout]).toEqual([0, 'shop has no commits yet: nothing to send.\n']);
    expect(receiver.requests).toEqual([]);
  });

  it('that is shallow is sent as far as it goes, and that is said', async () => {
    const { folder, commits, git } = repositoryOf();
    commits(4);
    const shallow = `${folder}-shallow`;
    await git(['clone', '--quiet', '--depth', '2', `file://${folder}`, shallow]);
    const receiver = await receive(() => RECORDED);
    const { code, stderr } = await send(shallow, receiver);
    expect(code).toBe(0);
    expect(stderr).toContain('shallow clone');
    expect(titlesTo(receiver)).toEqual(['ABC-3 Change 3', 'ABC-4 Change 4']);
  });
});

describe('running it again', () => {
  const most = ['--batch', '6'];

  it('sends the same bytes, so that it changes nothing', async () => {
    const { folder, commits } = repositoryOf();
    commits(20);
    const first = await bodiesSent(folder, ...most);
    expect(first.length).toBeGreaterThan(4);
    expect(await bodiesSent(folder, ...most)).toEqual(first);
  });

  it('after a new commit sends all batches but the last with the same bytes', {
    tags: ['deep'],
  }, async () => {
    const { folder, commits, commit } = repositoryOf();
    commits(20);
    let before = await bodiesSent(folder, ...most);
    for (let more = 0; more < depth(2, 4); more++) {
      commit(`ABC-${100 + more} New`);
      const after = await bodiesSent(folder, ...most);
      expect(after.slice(0, before.length - 1)).toEqual(before.slice(0, -1));
      expect(after.slice(before.length - 1).join()).toContain(`ABC-${100 + more} New`);
      before = after;
    }
  });

  it('after a merge of older commits, or with a later --since, sends most batches with the same bytes', async () => {
    const { folder, commits, on, merge } = repositoryOf();
    commits(10);
    on('older');
    commits(3, 'OLD');
    on('main');
    commits(20, 'NEW');
    const before = await bodiesSent(folder, ...most);
    merge('older', 'Merge older');
    const after = await bodiesSent(folder, ...most);
    expect(after.slice(0, before.length - 1)).toEqual(before.slice(0, -1));
    const later = await bodiesSent(folder, ...most, '--since', '2026-03-02T15:00:00-07:00');
    expect(commitsIn(later)).toBe(commitsIn(after) - 5);
    expect(later.slice(1).every((body) => after.includes(body))).toBe(true);
  });
});

const commitsIn = (bodies: string[]): number => bodies.flatMap((body) => JSON.parse(body).commits).length;

describe('--branch', () => {
  let repository: DrawnRepository;

  beforeAll(async () => {
    repository = repositoryOf();
    repository.commits(2, 'MAIN');
    repository.on('feature/ABC-7');
    repository.commits(2, 'OWN');
    repository.on('main');
  });

  const branches = async (folder: string, ...names: string[]): Promise<string[]> => {
    const receiver = await receive(() => RECORDED);
    const { code } = await send(folder, receiver, ...names.map((name) => `--branch=${name}`));
    expect(code).toBe(0);
    return commitsTo(receiver).map(({ message, branch }) => `${message.split(' ')[0]} ${branch}`);
  };

  it('gives each branch the commits that began on it, whichever is named first', async () => {
    const right = ['MAIN-1 main', 'MAIN-2 main', 'OWN-1 feature/ABC-7', 'OWN-2 feature/ABC-7'];
    expect(await branches(repository.folder, 'main', 'feature/ABC-7')).toEqual(right);
    expect(await branches(repository.folder, 'feature/ABC-7', 'main')).toEqual(right);
    expect(await branches(repository.folder, 'feature/ABC-7')).toEqual(right);
  });

  it('is a name whatever it looks like, because git would take it for an option', async () => {
    await repository.git(['update-ref', 'refs/heads/--output=x', 'feature/ABC-7~1']);
    const sent = await branches(repository.folder, '--output=x');
    await repository.git(['update-ref', '-d', 'refs/heads/--output=x']);
    expect(sent).toEqual(['MAIN-1 main', 'MAIN-2 main', 'OWN-1 --output=x']);
  });

  it("finds a remote's branch under its own name, because that is all a CI checkout has", async () => {
    const clone = `${repository.folder}-clone`;
    await repository.git(['clone', '--quiet', repository.folder, clone]);
    const own = ['OWN-1 feature/ABC-7', 'OWN-2 feature/ABC-7'];
    expect((await branches(clone, 'main', 'feature/ABC-7')).slice(2)).toEqual(own);
    expect((await branches(clone, 'main', 'origin/feature/ABC-7')).slice(2)).toEqual(own);
  });

  it('is not sent from a detached HEAD, because nobody knows it there', async () => {
    await repository.git(['checkout', '--quiet', '--detach', 'main']);
    const receiver = await receive(() => RECORDED);
    const { stdout } = await send(repository.folder, receiver);
    repository.on('main');
    expect(stdout).toContain('(without a branch: 2)');
    expect(commitsTo(receiver).map((commit) => 'branch' in commit)).toEqual([false, false]);
  });

  it.each(['nope', 'main~1', 'main..feature/ABC-7', 'HEAD', '../heads/main', ''])(
    'cannot be %j, because that is no branch',
    async (name) => {
      const receiver = await receive(() => RECORDED);
      const { code, stderr } = await send(repository.folder, receiver, `--branch=${name}`);
      expect(code).toBe(2);
      expect(stderr).toMatch(/Branch .* not found\. Branches: .*feature\/ABC-7|must not be empty/);
      expect(receiver.requests).toEqual([]);
    },
  );
});

describe('--since', () => {
  it('leaves out what is older, as git reads the time', async () => {
    const { folder, commits } = repositoryOf();
    commits(4);
    const receiver = await receive(() => RECORDED);
    const { stdout } = await send(folder, receiver, '--since', '2026-03-02T11:30:00-07:00');
    expect(titlesTo(receiver)).toEqual(['ABC-3 Change 3', 'ABC-4 Change 4']);
    expect(stdout).toContain('Commits of shop since 2026-03-02T18:30:00.000Z: 2 (main: 2)');
  });

  it('may leave nothing, which is no failure', async () => {
    const { folder, commits } = repositoryOf();
    commits(1);
    const receiver = await receive(() => RECORDED);
    const { code, stdout } = await send(folder, receiver, '--since', '2026-03-03T00:00:00Z');
    expect([code, stdout]).toEqual([
      0,
      'shop has no commits since 2026-03-03T00:00:00.000Z: nothing to send.\n',
    ]);
    expect(receiver.requests).toEqual([]);
  });
});

describe('--dry-run', () => {
  it('says what would be sent, needs no receiver, and obeys no terminal codes of a message', async () => {
    const { folder, commit, commits } = repositoryOf();
    commit('\u001b[31mABC-1 Red\n\nMore');
    commits(8);
    const { code, stdout } = await runCliBeside('commits', ['--repo', folder, '--batch', '2', '--dry-run']);
    expect(code).toBe(0);
    expect(stdout).toContain(
      'Commits of shop: 9 (main: 9)\nDry run, nothing was sent. Deliveries needed: 9.',
    );
    expect(stdout).toMatch(/^ {2}[0-9a-f]{10} \?\[31mABC-1 Red$/m);
    expect(stdout).toMatch(/ABC-4 Change 4\n {2}and 4 more\n$/);
    expect(stdout).not.toContain('More');
  });
});

describe('a receiver in trouble', () => {
  let repository: DrawnRepository;

  beforeAll(async () => {
    repository = repositoryOf();
    repository.commits(3);
  });

  it('gets the same batch again until it takes it', async () => {
    const answers = [{ status: 503, headers: { 'retry-after': '0' } }, 'hang up', RECORDED] as const;
    const receiver = await receive((index) => answers[index] ?? RECORDED);
    const { code, stdout } = await send(repository.folder, receiver);
    expect(code).toBe(0);
    expect(new Set(bodiesOf(receiver)).size).toBe(1);
    expect(receiver.requests).toHaveLength(3);
    expect(stdout).toMatch(/accepted +1 +3/);
  });

  it.each([
    [401, 'this secret differs from the one that the receiver has for commits'],
    [404, 'the receiver has no secret for commits (COMMITS_WEBHOOK_SECRET'],
  ])('that answers %i is sent nothing more, and the reason is shown', async (status, message) => {
    const receiver = await receive(() => ({ status, body: { type: 'urn:x:some-problem' } }));
    const { code, stdout } = await send(repository.folder, receiver, '--batch', '1');
    expect(code).toBe(1);
    expect(receiver.requests).toHaveLength(1);
    expect(stdout).toContain(message);
    expect(stdout).toContain(`${status} some-problem`);
    expect(stdout).toMatch(/failed +1 +1\nnot sent +2\n$/);
    expect(stdout).not.toContain(SECRET);
  });

  it('that refuses one batch still gets the others', async () => {
    const receiver = await receive((index) => (index === 0 ? { status: 422 } : RECORDED));
    const { code, stdout } = await send(repository.folder, receiver, '--batch', '1');
    expect(code).toBe(1);
    expect(receiver.requests).toHaveLength(3);
    expect(stdout).toMatch(/accepted +2 +2\nduplicate +0 +0\nfailed +1 +1\n$/);
  });

  it('that is not there is reported, with exit code 1', async () => {
    const receiver = await startReceiver(() => RECORDED);
    await receiver.close();
    const pauses: number[] = [];
    // As long in milliseconds as it has a number.
    const note = (ms: number): number => pauses.push(ms);
    const { code, stdout } = await whileSleepsAre(note, () =>
      runCli('commits', toSend(repository.folder, receiver)),
    );
    expect(code).toBe(1);
    expect(pauses).toHaveLength(5);
    expect(stdout).toContain('ECONNREFUSED\n  nothing is listening there');
  });
});

describe('a repository that git cannot read to its end', () => {
  it('ends with exit code 1 after what could be read', async () => {
    const { folder, commits, git } = repositoryOf();
    commits(3);
    const tree = await git(['rev-parse', 'HEAD~2']);
    await rm(join(folder, '.git', 'objects', tree.slice(0, 2), tree.slice(2)));
    const receiver = await receive(() => RECORDED);
    const { code, stderr } = await send(folder, receiver);
    expect(code).toBe(1);
    expect(stderr).toMatch(/git rev-list failed: .+/);
    expect(stderr).not.toMatch(/^ {4}at /m);
    expect(receiver.requests).toEqual([]);
  });
});

describe('wrong usage', () => {
  const here = ['--repo', '.', '--secret', 's', '--url', 'http://127.0.0.1:1'];

  it.concurrent.each([
    ['no repository', ['--dry-run'], "required option '--repo <path>'"],
    ['an empty one', ['--repo', '', '--dry-run'], 'must not be empty'],
    ['no folder', ['--repo', '/nonexistent/shop', '--dry-run'], '/nonexistent/shop is not a folder'],
    ['a file', ['--repo', 'package.json', '--dry-run'], 'package.json is not a folder'],
    ['a folder without git', ['--repo', tmpdir(), '--dry-run'], 'not a git repository'],
    ['a strange name', [...here, '--name', 'my shop'], 'without white space or #'],
    ['no batch', [...here, '--batch', '0'], 'whole number from 1 to 2000'],
    ['too large a batch', [...here, '--batch', '2001'], 'whole number from 1 to 2000'],
    ['an empty time', [...here, '--since', ''], 'must not be empty'],
    ['a strange address', [...here, '--url', 'nope'], 'not an http or https URL'],
    ['no secret', ['--repo', '.', '--url', 'http://127.0.0.1:1'], 'set COMMITS_WEBHOOK_SECRET'],
    ['an unknown option', [...here, '--nope'], "unknown option '--nope'"],
  ])('%s ends with exit code 2 and says why', async (_name, args, message) => {
    const { code, stderr } = await runCli('commits', args);
    expect([code, stderr]).toEqual([2, expect.stringContaining(message)]);
    expect(stderr).not.toMatch(/^ {4}at /m);
  });

  it('is not --help, which ends with 0', async () => {
    const { code, stdout } = await runCli('commits', ['--help']);
    expect(code).toBe(0);
    expect(stdout).toContain('COMMITS_WEBHOOK_SECRET');
  });

  it('is not a machine without git, which is reported with exit code 1', async () => {
    const { code, stderr } = await runCli('commits', ['--repo', '.', '--dry-run'], { PATH: '/nonexistent' });
    expect([code, stderr]).toEqual([1, 'Cannot run git (ENOENT)\n']);
  });
});

describe('to a real receiver', () => {
  let instance: Instance;
  let folder = '';

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'instance-'));
    const env = readEnv({
      COMMITS_WEBHOOK_SECRET: SECRET,
      PORT: '0',
      LOG_LEVEL: 'silent',
      TABLE_NAME: 'commits-test',
      ARTIFACTS_DIR: folder,
    });
    instance = await startInstance({ env, log: createLogger(env), correlate: false });
  });

  afterAll(async () => {
    await instance.stop();
    await rm(folder, { recursive: true });
  });

  it('every batch is taken, and again it is a duplicate', async () => {
    const { folder: shop, commits, commit } = repositoryOf();
    commits(12);
    commit('', { at: '1772500000 -0000' });
    const first = await send(shop, instance, '--batch', '4');
    expect(first.code).toBe(0);
    const [, batches = ''] = /accepted +(\d+) +13\nduplicate +0 +0\nfailed +0 +0\n$/.exec(first.stdout) ?? [];
    expect(Number(batches)).toBeGreaterThan(3);
    const second = await send(shop, instance, '--batch', '4');
    expect(second.code).toBe(0);
    expect(second.stdout).toMatch(
      new RegExp(`accepted +0 +0\\nduplicate +${batches} +13\\nfailed +0 +0\\n$`),
    );
  });

  it('a wrong secret is reported', async () => {
    const { folder: shop, commits } = repositoryOf();
    commits(1);
    const { code, stdout } = await runCli('commits', [
      '--repo',
      shop,
      '--url',
      instance.url,
      '--secret',
      'no',
    ]);
    expect(code).toBe(1);
    expect(stdout).toContain('invalid signature');
  });
});

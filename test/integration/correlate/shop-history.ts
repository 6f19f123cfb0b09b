import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type GitRepository, makeRepository } from '../cli/git-repository.ts';

/** Who works with git's own commands, which make commits by themselves. */
const AUTHOR = { GIT_AUTHOR_NAME: 'Bea Author', GIT_AUTHOR_EMAIL: 'bea@example.com' };

/** Changes a file of its own, so that nothing ever conflicts. */
const change = async ({ folder, git, commit }: GitRepository, message: string): Promise<string> => {
  const name = `${message.replace(/\W+/g, '-').slice(0, 40)}.txt`;
  await writeFile(join(folder, name), message);
  await git(['add', name]);
  return commit(message);
};

/** The history of a shop, as people and tools make one, in two parts: what was there before a release, and it. */
export const makeShop = async (folder: string) => {
  const repository = await makeRepository(folder);
  const git = (...args: string[]) => repository.git(args, AUTHOR);
  const on = (branch: string, from = 'main') => git('checkout', '--quiet', '-B', branch, from);
  const shaOf = (name: string) => git('rev-parse', name);

  return {
    folder,
    /** Two branches are still open. */
    begin: async (): Promise<void> => {
      await change(repository, 'SHOP-1 Show the cart total');
      await change(repository, 'Read UTF-8, fix CVE-2024-1');
      await on('feature/shop-2-login');
      await change(repository, 'Show the login page');
      await change(repository, 'Remember who logs in\n\nRefs: SHOP-2');
      await on('fix/shop-4-rounding');
      await change(repository, 'Round half up');
      await change(repository, 'SHOP-4 Round taxes too');
      await git('checkout', '--quiet', 'main');
    },
    /** @returns ids of the commits that other commits or pull requests name */
    release: async () => {
      await git('merge', '--quiet', '--no-ff', '--no-edit', 'feature/shop-2-login');
      await on('feature/SHOP-3-search');
      await change(repository, 'Find by colour');
      await git('checkout', '--quiet', 'main');
      await git('merge', '--quiet', '--no-ff', '--no-edit', 'feature/SHOP-3-search');
      await git('revert', '--no-edit', await shaOf(':/SHOP-1 Show'));
      await on('invoice');
      await change(repository, 'wip');
      await change(repository, 'wip again');
      const head = await shaOf('invoice');
      await git('checkout', '--quiet', 'main');
      await git('merge', '--quiet', '--squash', 'invoice');
      const squash = await repository.commit('Pay by invoice (#12)');
      await change(repository, 'SHOP-1, SHOP-5 and PAY-1: one form\n\nSee also SHOP-99.');
      await change(repository, 'OLD-7 Export as CSV');
      await change(repository, 'SHOP-8 Drop the banner');
      await change(repository, 'pay-2 typo');
      await change(repository, 'Bump lodash from 4.17.20 to 4.17.21 (#13)');
      await git('checkout', '--quiet', 'fix/shop-4-rounding');
      await git('rebase', '--quiet', 'main');
      await git('checkout', '--quiet', 'main');
      return { head, squash };
    },
  };
};

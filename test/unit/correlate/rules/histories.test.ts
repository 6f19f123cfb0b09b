import { describe, expect, it } from 'vitest';
import { mergeCommits, toCommitState } from '../../../../src/correlate/rules/commit-state.ts';
import { findKeys } from '../../../../src/correlate/rules/find-keys.ts';
import { allCandidates, candidatesOf, evaluate } from '../../../../src/correlate/rules/links.ts';
import { toPullRequestState } from '../../../../src/correlate/rules/pull-request-state.ts';
import type { DeliveredCommit } from '../../../../src/domain/commit.ts';
import type { RefState } from '../../../../src/domain/link.ts';
import { aCommit, aPullRequest } from '../../../support/commits.ts';

/** Issues of a shop, and two projects with names that look like something else. */
const ISSUES: Record<string, string> = {
  'ABC-1': '1',
  'ABC-2': '2',
  'ABC-7': '7',
  'OLD-70': '7',
  'CVE-2024': '2024',
  'PAY_X2-10': '10',
};

const linksOf = (state: RefState) => evaluate(candidatesOf(state), (key) => ISSUES[key] ?? null);
const links = (commit: Partial<DeliveredCommit>) => linksOf(toCommitState(aCommit(commit)));

const message = (...ids: string[]) => ({ rule: 'message', issue_ids: ids });
const branch = (...ids: string[]) => ({ rule: 'branch', issue_ids: ids });
const title = (...ids: string[]) => ({ rule: 'pull_request_title', issue_ids: ids });

describe('a commit message', () => {
  it.each([
    ['a merge by GitHub', 'Merge pull request #12 from acme/ABC-7-login\n\nShow the login page'],
    ['a merge by Bitbucket', 'Merged in feature/ABC-7-login (pull request #12)\n\nShow the login page'],
    ['a merge by git', "Merge branch 'ABC-7-login' into 'main'"],
    ['a merge of a remote branch', "Merge remote-tracking branch 'origin/feature/ABC-7'"],
    ['a revert', 'Revert "ABC-7 Show the login page"\n\nThis reverts commit 9fceb02d0ae598e95dc970b74767f1.'],
    ['a revert of a revert', 'Reapply "Revert "ABC-7 Show the login page""'],
    ['a squash that kept its titles', 'Login (#12)\n\n* ABC-7 form\n\n* fix lint\n'],
    ['a fixup', 'fixup! ABC-7 Show the login page'],
    ['a squash commit', 'squash! ABC-7: show the login page'],
    ['a conventional commit', 'feat(ABC-7): show the login page'],
    ['a conventional commit with a breaking change', 'feat!: login\n\nBREAKING CHANGE: see ABC-7'],
    ['brackets', '[ABC-7] Show the login page'],
    ['a trailer', 'Show the login page\n\nRefs: ABC-7\nSigned-off-by: Ada <ada@example.com>'],
    ['a link', 'Show the login page\n\nhttps://jira.example.com/browse/ABC-7'],
    ['a smart commit', 'ABC-7 #close #comment done'],
    ['a hash before the key', 'Fix #ABC-7'],
    ['the end of a line', 'Show the login page ABC-7\nand more'],
    ['the end of a sentence', 'This closes ABC-7.'],
    ['Windows line ends', 'Show the login page\r\n\r\nABC-7\r\n'],
    ['old Mac line ends', 'Show the login page\rABC-7\rmore'],
    ['an emoji', ':bug: 🐛ABC-7🎉 show the login page'],
    ['Chinese text', '修复ABC-7的登录页面'],
    ['typographic quotes', '„ABC-7“ – Anmeldung'],
    ['the key before its issue moved', 'OLD-70 Show the login page'],
    ['the key and the one before', 'ABC-7 (was OLD-70) Show the login page'],
    ['a lower-case merge by GitHub', 'Merge pull request #12 from acme/abc-7-login'],
    ['a lower-case merge by Bitbucket', 'Merged in feature/abc-7-login (pull request #12)'],
    ['a lower-case merge by git', "Merge branch 'abc-7-login' into 'abc-1'"],
    ['a number after the key', 'ABC-7-404-page-not-found'],
    ['a version after the key', 'Build ABC-7-2.0-x'],
    ['underscores as in Markdown', 'Show the _ABC-7_ page'],
    ['an underscore before', 'login_ABC-7'],
  ])('names its issue in %s, because people and tools write keys in many ways', (_, text) => {
    expect(links({ message: text })).toEqual(message('7'));
  });

  it('names several issues, because one commit may serve more than one story', () => {
    expect(links({ message: 'ABC-7, ABC-1 and ABC-2: one form\n\nSee also PAY_X2-10' })).toEqual(
      message('1', '2', '7', '10'),
    );
  });

  it.each([
    ['a version bump', 'Bump lodash from 4.17.20 to 4.17.21'],
    [
      'a version bump with its notes',
      'build(deps): bump axios from 1.6.0 to 1.6.8\n\n- [Release notes](#v1.6.8)',
    ],
    ['encodings', 'Read UTF-8, UTF-16 and ISO-8859-1'],
    ['hashes', 'Sign with SHA-256 instead of SHA-1'],
    ['a standard', 'Quote as RFC-2119 and RFC-9457 say'],
    ['a vulnerability', 'Fix CVE-2023-1 and CVE-2025-45590'],
    ['a merge into its branch', "Merge branch 'main' into abc-7-login"],
    ['an advisory', 'Update for GHSA-jc85-fpwf-qm7x, GHSA-2345-6789-cfgh'],
    ['a date', 'Release 2024-05-01'],
    ['lower case', 'abc-7 show the login page'],
    ['a key inside a word', 'XABC-7, ABC-71, ABC-7th, ABC-7b'],
    ['nothing', ''],
    ['an issue number', 'Merge pull request #7'],
  ])('names none in %s, because no known issue has such a key', (_, text) => {
    expect(links({ message: text })).toBeNull();
  });
});

describe('the other rules', () => {
  it.each([
    ['feature/abc-7-login', branch('7')],
    ['ABC-7', branch('7')],
    ['ada/Abc-7/login', branch('7')],
    ['abc-7-and-abc-1', branch('1', '7')],
    ['fix/old-70', branch('7')],
    ['fix/pay_x2-10-rounding', branch('10')],
    ['feature/abc-7_login', branch('7')],
    ['feature_abc-7', branch('7')],
    ['abc-7-404-page-not-found', branch('7')],
    ['abc-7-2-factor-auth', branch('7')],
    ['fix_pay_x2-10', branch('10')],
    ['dependabot/npm_and_yarn/lodash-4.17.21', null],
    ['security/cve-2025-1', null],
    ['security/cve-2024-1', branch('2024')],
    ['main', null],
  ])('read the branch %s as %j, because its name may be all that names the issue', (name, expected) => {
    expect(links({ message: 'Show the login page', branch: name })).toEqual(expected);
  });

  it('find a squash by its pull request, because its message keeps only a number', () => {
    const pull_request = aPullRequest({ title: 'ABC-7 Show the login page' });
    expect(links({ message: 'Show the login page (#12)', branch: 'main', pull_request })).toEqual(title('7'));
  });

  it('do not count beside the message, because the author of a message knows best', () => {
    const pull_request = aPullRequest({ title: 'ABC-2 Everything', branch: 'abc-2-everything' });
    const commit = { message: 'ABC-1 Show the total', branch: 'feature/abc-7', pull_request };
    expect(links(commit)).toEqual(message('1'));
  });

  it('count where the message names nothing that is known, because UTF-8 is no issue', () => {
    const pull_request = aPullRequest({ title: 'ABC-2 Everything' });
    expect(links({ message: 'Read UTF-8', branch: 'feature/abc-7', pull_request })).toEqual(branch('7'));
    expect(links({ message: 'Read UTF-8', branch: 'utf-8', pull_request })).toEqual(title('2'));
  });

  it('hold for a pull request, because it belongs to issues as a commit does', () => {
    const state = toPullRequestState(aPullRequest({ title: 'ABC-2 Everything', branch: 'feature/abc-7' }));
    expect(linksOf(state)).toEqual(branch('7'));
    expect(linksOf({ ...state, branch_keys: ['UTF-8'] })).toEqual(title('2'));
  });
});

describe('a history', () => {
  it('links a rebased commit by each of its ids, because no sender says that they are the same', () => {
    const before = aCommit({ sha: '1111111', message: 'ABC-7 form', branch: 'abc-7-login' });
    const after = { ...before, sha: '2222222', committed_ms: 1_714_557_660_000 };
    expect([links(before), links(after)]).toEqual([message('7'), message('7')]);
  });

  it('keeps the branch of a commit that is pushed again to main, because that is where its key was', () => {
    const first = toCommitState(aCommit({ message: 'form', branch: 'feature/abc-7' }));
    const again = toCommitState(aCommit({ message: 'form', branch: 'main' }));
    expect(linksOf(mergeCommits(first, again))).toEqual(branch('7'));
    expect(linksOf(mergeCommits(again, first))).toEqual(branch('7'));
  });

  it('follows a corrected title of a pull request, because the wrong issue must not keep the commit', () => {
    const about = (text: string, updated_ms: number) =>
      toCommitState(aCommit({ message: 'form', pull_request: aPullRequest({ title: text, updated_ms }) }));
    const wrong = about('ABC-1 form', 1);
    const right = about('ABC-2 form', 2);
    expect(linksOf(mergeCommits(right, wrong))).toEqual(title('2'));
    expect(linksOf(mergeCommits(wrong, right))).toEqual(title('2'));
  });

  it('joins the titles of all pull requests that hold a commit, because a backport has one of its own', () => {
    const held = (id: string, text: string) =>
      toCommitState(aCommit({ message: 'form', pull_request: aPullRequest({ id, title: text }) }));
    expect(linksOf(mergeCommits(held('12', 'ABC-1'), held('13', 'Backport of #12 for ABC-2')))).toEqual(
      title('1', '2'),
    );
  });

  it('lets a key wait that names nothing yet, because its issue may come later', () => {
    const state = toCommitState(aCommit({ message: 'NEW-5 and UTF-8', branch: 'abc-7' }));
    expect(allCandidates(state)).toEqual(['NEW-5', 'UTF-8', 'ABC-7']);
    const later = (key: string): string | null => (key === 'NEW-5' ? '500' : (ISSUES[key] ?? null));
    expect(evaluate(candidatesOf(state), later)).toEqual(message('500'));
  });

  it('reads a changelog commit up to its limit, because a release may list everything', () => {
    const log = Array.from({ length: 200 }, (_, index) => `- XYZ-${index + 1} done`).join('\n');
    expect(findKeys(log).keys).toHaveLength(50);
    expect(links({ message: `Release\n\n- ABC-7 done\n${log}` })).toEqual(message('7'));
  });
});

import { describe, expect, it } from 'vitest';
import { mergedBranches } from '../../../../src/correlate/rules/merged-branches.ts';

describe('mergedBranches', () => {
  it.each([
    ['Merge pull request #7 from acme/ra-12-login', 'ra-12-login'],
    ['Merge pull request #7 from team-1/feature/ra-12', 'feature/ra-12'],
    ['Merge pull request #7 from ra-12-login', 'ra-12-login'],
    ['Revert "Merge pull request #7 from acme/ra-12-login"', 'ra-12-login'],
    ['Merge pull request #7 in PRJ/ra-1 from feature/ra-12-x to ra-9', 'feature/ra-12-x'],
    ['Merge pull request #7 in PRJ/shop from ~ADA/shop:ra-12 to main', 'ra-12'],
    ['Pull request #7: ra-9\n\nMerge in PRJ/ra-1 from feature/ra-12 to ra-8\n\n* commit', 'feature/ra-12'],
    ["Merge pull request 'from ra-1 (#4) on' (#7) from ra-12-login into main", 'ra-12-login'],
    ["Merge pull request 'x' (#7) from ada/shop:ra-12 into main", 'ra-12'],
    ['Merge pull request 7 from feature/ra-12 into ra-9', 'feature/ra-12'],
    ['Merged in feature/ra-12-login (pull request #7)', 'feature/ra-12-login'],
    ['Merged ra-12 into main', 'ra-12'],
    ['Merge ra-12 to main', 'ra-12'],
    ["Merge branch 'ra-12-login' into 'main'", 'ra-12-login'],
    ["Merge branch 'ra-12-login'", 'ra-12-login'],
    ['Merge branch ra-12-login into main', 'ra-12-login'],
    ['Merge branch "ra-12-login"', 'ra-12-login'],
    ["Merge branch 'ra-12' of https://git.example.com/ra-1 into ra-9", 'ra-12'],
    ["Merge branch 'ra-1' of a/b; branch 'ra-2' of c/d into ra-3", 'ra-1 ra-2'],
    ["Merge branches 'ra-1' and 'ra-2' into ra-3", 'ra-1 ra-2'],
    ["Merge branches 'ra-1', 'ra-2' and 'ra-3'", 'ra-1 ra-2 ra-3'],
    ['Merge branches ra-1 and ra-2 into ra-3', 'ra-1 ra-2'],
    ["Merge remote-tracking branch 'origin/ra-12-x' into ra-9", 'origin/ra-12-x'],
    ["Merge remote-tracking branches 'origin/ra-1' and 'origin/ra-2'", 'origin/ra-1 origin/ra-2'],
    ['\n\n  chore: merge branch `ra-12` to main\r\nmore', 'ra-12'],
  ])('of %j are %j, because that is what was merged in', (message, branches) => {
    expect(mergedBranches(message)).toEqual(branches.split(' '));
  });

  it.each([
    ["Merge branch 'main' into ra-12-login", 'main'],
    ['Merge main into ra-12-login', 'main'],
    ['Merged main into ra-12-login', 'main'],
  ])('of %j are only %j, because the other one got the commits', (message, branch) => {
    expect(mergedBranches(message)).toEqual([branch]);
  });

  it.each([
    "Merge tag 'ra-12' into main",
    "Merge commit 'ra-12'",
    'Merged PR 12: ra-12 login',
    'Fix the branch ra-12',
    'ra-12 show the total',
    "Show the total\n\nMerge branch 'ra-12' into main",
    `${'x'.repeat(1000)} merge branch ra-12`,
    'Merged in',
    '',
  ])('of %j are none, because that names no branch that was merged in', (message) => {
    expect(mergedBranches(message)).toEqual([]);
  });

  it.each([
    "merge branch 'a' and ",
    'merge pull request ',
    'merge in ',
    "merge branch '",
    '" ',
    '1 (',
    'branch a ',
  ])(
    'takes no longer than the length of a message made of %j, because nobody may stop the others with one',
    (part) => {
      const start = performance.now();
      mergedBranches(part.repeat(1_000_000 / part.length));
      mergedBranches(`merge branch ${part.trim().repeat(100_000)}`);
      expect(performance.now() - start).toBeLessThan(20_000);
    },
  );
});

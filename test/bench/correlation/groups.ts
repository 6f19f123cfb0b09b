import { nextMarks } from '../http/bodies.ts';
import { commitMarks, commitsBody, type ListedCommit } from './deliveries.ts';

/**
 * What is stored comes in groups of four issues and four commits: a story with three commits, three stories
 * without any, and a commit without a story.
 */
export const GROUP_SIZE = 4;

/** Far from those of any group that is stored. */
export const SAMPLE_GROUP = 200_000;

export const issuesOfGroup = (group: number): number[] =>
  Array.from({ length: GROUP_SIZE }, (_, index) => group * GROUP_SIZE + index);

/** The story with three commits. */
export const storyOfGroup = (group: number): number => group * GROUP_SIZE;

/** A story without commits. */
export const gapOfGroup = (group: number): number => group * GROUP_SIZE + 1;

const commitsOfGroup = (group: number): ListedCommit[] =>
  issuesOfGroup(group).map((number, index) => ({
    commit: number,
    issue: index < 3 ? storyOfGroup(group) : null,
  }));

export const commitsBodyOfGroup = (group: number): string => commitsBody(commitsOfGroup(group));

/** Every text that makes the rows of one group different from those of another, in one order for all. */
export const marksOfGroup = (group: number): string[] =>
  issuesOfGroup(group).flatMap((number) => {
    const { issue_id, issue_key } = nextMarks(number);
    const { sha, committed_ms } = commitMarks(number);
    return [issue_id, issue_key, sha, String(committed_ms)];
  });

/** Groups of the smallest world: more touches of one kind than this would come back to a story. */
const SLOTS = 250;

/** No divisor of it, and neighbours lie far apart. */
const STRIDE = 101;

/**
 * The story with three commits that is touched as number `index`, out of so many groups. The touched ones lie
 * over the whole of what is stored, and for the same numbers there are equally many of them in any world.
 */
export const touchedStory = (index: number, groups: number): number => {
  const slot = (index * STRIDE) % SLOTS;
  return storyOfGroup(Math.floor(((slot + 0.5) / SLOTS) * groups));
};

import type { Snapshot } from '../../domain/issue.ts';

/** A known, not deleted issue that is neither an epic nor a sub-task; a level nobody told counts as neither. */
export const isStory = ({ version, deleted, issue_level }: Snapshot): boolean =>
  version !== null && !deleted && issue_level !== 'epic' && issue_level !== 'subtask';

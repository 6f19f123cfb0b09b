import { beforeEach } from 'vitest';

/** Tests that take seconds, by a part of their titles. For each of thousands of changes that is too long. */
const SLOW =
  /million|100,000|100 levels|megabytes|whatever a header holds|cold process|warm process|real time|is given up|never reads|sound|at most 50/;

beforeEach(({ task, skip }) => skip(SLOW.test(task.name), 'too slow for mutation testing'));

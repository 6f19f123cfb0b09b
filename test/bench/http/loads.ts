import type { Request } from 'autocannon';
import { bodyWith, nextMarks, signedRequest } from './bodies.ts';

export const CONNECTIONS = 20;

/** One connection's requests. No two connections touch one issue, so a newer version is never sent first. */
export type Lane = Request[];

export type Load = {
  name: string;
  /** Whether the goals are about it; else its figures are for information. */
  isJudged: boolean;
  /** What is to be stored before. */
  before(): Lane[];
  /** Every call makes deliveries that were not sent before. */
  lanes(perLane: number): Lane[];
};

const ISSUES_PER_LANE = 5;
let issues = CONNECTIONS * ISSUES_PER_LANE;

const newIssue = (): number => {
  issues += 1;
  return issues;
};

const makeLanes = (perLane: number, event: string, issue: (lane: number, index: number) => number): Lane[] =>
  Array.from({ length: CONNECTIONS }, (_, lane) =>
    Array.from({ length: perLane }, (_, index) =>
      signedRequest(bodyWith(nextMarks(issue(lane, index)), event)),
    ),
  );

const knownIssue = (lane: number, index: number): number =>
  lane * ISSUES_PER_LANE + (index % ISSUES_PER_LANE);

const createKnownIssues = (): Lane[] => makeLanes(ISSUES_PER_LANE, 'jira:issue_created', knownIssue);

/** What Jira mostly sends: a new version of an issue that is stored. The case the budget is about. */
export const KNOWN: Load = {
  name: 'known issues, 2 writes to its 2',
  isJudged: true,
  before: createKnownIssues,
  lanes: (perLane) => makeLanes(perLane, 'jira:issue_updated', knownIssue),
};

/** The alias of a new issue's key is a third write: it must be durable before the answer, also of the floor's. */
export const NEW: Load = {
  name: 'new issues, 3 writes to its 3',
  isJudged: true,
  before: createKnownIssues,
  lanes: (perLane) => makeLanes(perLane, 'jira:issue_created', newIssue),
};

/**
 * Updates a receiver set up today gets from every older issue, once. The first try is refused, because nobody knew;
 * the floor knows from memory.
 */
export const UNHEARD: Load = {
  name: 'unheard-of issues, 4 writes to its 3',
  isJudged: false,
  before: createKnownIssues,
  lanes: (perLane) => makeLanes(perLane, 'jira:issue_updated', newIssue),
};

import type { DynamoDBRecord } from 'aws-lambda';
import { eventKey } from '../../../src/store/calls/keys.ts';
import type { Answer } from '../../support/app.ts';
import { streamRecord } from '../../support/stream-records.ts';
import { commentBody, commitsBody, issueBody, type ListedCommit } from './deliveries.ts';
import type { World } from './world.ts';

/** Takes one delivery in and answers the records that the table's stream would bring of it. */
export type Deliver = (world: World) => Promise<DynamoDBRecord[]>;

let records = 0;

const eventRecord = ({ status, body }: Answer): DynamoDBRecord => {
  if (status !== 202) throw new Error(`A delivery was answered ${status}`);
  const { pk, sk } = eventKey(String(body.event_id));
  records += 1;
  return streamRecord(pk, sk, { eventName: 'INSERT', sequenceNumber: String(records).padStart(21, '0') });
};

const deliverIssue =
  (issue: number, event: string): Deliver =>
  async ({ app }) => [eventRecord(await app.deliver(issueBody(issue, event)))];

export const createIssue = (issue: number): Deliver => deliverIssue(issue, 'jira:issue_created');
export const updateIssue = (issue: number): Deliver => deliverIssue(issue, 'jira:issue_updated');
export const deleteIssue = (issue: number): Deliver => deliverIssue(issue, 'jira:issue_deleted');

export const comment =
  (issue: number): Deliver =>
  async ({ app }) => [eventRecord(await app.deliver(commentBody(issue)))];

export const deliverCommits =
  (body: string): Deliver =>
  async ({ app }) => [eventRecord(await app.deliverCommits('commits', body))];

/** Beyond all that are stored. */
let commits = 1_000_000;

/** A delivery of commits nobody has heard of, one for each entry, which names the commit's issue or none. */
export const pushCommits = (issues: (number | null)[]): Deliver => {
  const listed = issues.map((issue): ListedCommit => {
    commits += 1;
    return { commit: commits, issue };
  });
  return deliverCommits(commitsBody(listed));
};

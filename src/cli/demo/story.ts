/** The state of an issue of the story at one moment. */
export type Moment = {
  id: string;
  key: string;
  updated: string;
  status: 'To Do' | 'In Progress';
  summary: string;
};

type Item = { field: string; fieldId?: string; fromString: string; toString: string };

const ADA = { accountId: '5f0000000000000000000001', displayName: 'Ada Example', active: true };
const CATEGORIES = { 'To Do': { id: 2, key: 'new' }, 'In Progress': { id: 4, key: 'indeterminate' } };

/** A delivery with the full issue, sent a moment after the change. */
export const fullBody = (
  webhookEvent: string,
  timestamp: string,
  moment: Moment,
  items: Item[] = [],
): Buffer =>
  encode({
    timestamp: Date.parse(timestamp),
    webhookEvent,
    user: ADA,
    issue: issueOf(moment, {
      ...fieldsOf(moment),
      labels: ['payment'],
      fixVersions: [],
      created: '2026-03-02T16:00:00.100+0000',
      updated: moment.updated,
    }),
    ...(items.length > 0 ? { changelog: { id: '11000', items } } : {}),
  });

const encode = (body: object): Buffer => Buffer.from(JSON.stringify(body));

export const issueOf = (moment: Moment, fields: object) => ({
  id: moment.id,
  self: `https://jira.example.com/rest/api/2/issue/${moment.id}`,
  key: moment.key,
  fields,
});

export const fieldsOf = ({ key, status, summary }: Moment) => ({
  summary,
  issuetype: { id: '10001', name: 'Story', subtask: false, hierarchyLevel: 0 },
  project: { id: key.startsWith('OPS') ? '10200' : '10100', key: key.slice(0, key.lastIndexOf('-')) },
  assignee: null,
  priority: { id: '3', name: 'Medium' },
  status: { name: status, statusCategory: CATEGORIES[status] },
});

/** The delivery of a comment: its issue is partial, without `updated`, and must not change what is stored. */
const commentBody = (timestamp: string, moment: Moment, text: string): Buffer =>
  encode({
    timestamp: Date.parse(timestamp),
    webhookEvent: 'comment_created',
    comment: {
      self: `https://jira.example.com/rest/api/2/issue/${moment.id}/comment/10600`,
      id: '10600',
      author: ADA,
      body: text,
      updateAuthor: ADA,
    },
    issue: issueOf(moment, fieldsOf(moment)),
  });

/** One delivery of the story and the answer it must get. */
export type Step = {
  happens: string;
  sent: string;
  body: Buffer;
  identifier: string;
  forged?: true;
  expected: { status: number; outcome: string };
};

const CREATED: Moment = {
  id: '10001',
  key: 'DEMO-1',
  updated: '2026-03-02T16:00:00.100+0000',
  status: 'To Do',
  summary: 'Pay by invoice',
};

const STARTED: Moment = { ...CREATED, updated: '2026-03-02T17:00:00.120+0000', status: 'In Progress' };

const RENAMED: Moment = { ...CREATED, updated: '2026-03-02T16:30:00.110+0000', summary: 'Pay by bill' };

const MOVED: Moment = { ...STARTED, key: 'OPS-3', updated: '2026-03-02T18:00:00.130+0000' };

const EDITED: Moment = {
  ...MOVED,
  updated: '2026-03-02T18:30:00.140+0000',
  summary: 'Pay by invoice or bill',
};

/** What must be stored at the end, in whatever order the deliveries arrived. */
export const ENDS_AS = {
  issue_id: '10001',
  issue_key: 'OPS-3',
  project_key: 'OPS',
  summary: 'Pay by invoice or bill',
  status: 'In Progress',
  deleted: true,
  deleted_at: '2026-03-02T19:00:00.150Z',
} as const;

/** Every stored event, newest first, as `webhookEvent outcome`. */
export const ENDS_WITH_EVENTS = [
  'jira:issue_deleted applied',
  'jira:issue_updated applied',
  'jira:issue_updated applied',
  'comment_created recorded',
  'jira:issue_updated applied',
  'jira:issue_updated stale',
  'jira:issue_created applied',
];

export const ENDS_COUNTED = { applied: 5, stale: 1, recorded: 1, quarantined: 0 };

const started = fullBody('jira:issue_updated', '2026-03-02T17:00:00.170Z', STARTED, [
  { field: 'status', fieldId: 'status', fromString: 'To Do', toString: 'In Progress' },
]);

const moved = fullBody('jira:issue_updated', '2026-03-02T18:00:00.180Z', MOVED, [
  { field: 'Key', fromString: 'DEMO-1', toString: 'OPS-3' },
]);

/** One issue's life as Jira delivers it: repeated, out of order, and once signed with a wrong secret. */
export const STORY: readonly Step[] = [
  {
    happens: 'An issue is created',
    sent: 'issue_created DEMO-1',
    body: fullBody('jira:issue_created', '2026-03-02T16:00:00.150Z', CREATED),
    identifier: 'demo-1',
    expected: { status: 202, outcome: 'applied' },
  },
  {
    happens: 'Work on the issue starts',
    sent: 'issue_updated DEMO-1',
    body: started,
    identifier: 'demo-2',
    expected: { status: 202, outcome: 'applied' },
  },
  {
    happens: 'A comment, with only part of the issue',
    sent: 'comment_created DEMO-1',
    body: commentBody('2026-03-02T17:10:00.200Z', STARTED, 'We can start.'),
    identifier: 'demo-3',
    expected: { status: 202, outcome: 'recorded' },
  },
  {
    happens: 'Jira redelivers the update',
    sent: 'issue_updated DEMO-1',
    body: started,
    identifier: 'demo-2',
    expected: { status: 200, outcome: 'duplicate' },
  },
  {
    happens: 'An older update arrives late',
    sent: 'issue_updated DEMO-1',
    body: fullBody('jira:issue_updated', '2026-03-02T16:30:00.160Z', RENAMED, [
      { field: 'summary', fieldId: 'summary', fromString: 'Pay by invoice', toString: 'Pay by bill' },
    ]),
    identifier: 'demo-4',
    expected: { status: 202, outcome: 'stale' },
  },
  {
    happens: 'The issue moves to another project',
    sent: 'issue_updated OPS-3',
    body: moved,
    identifier: 'demo-5',
    expected: { status: 202, outcome: 'applied' },
  },
  {
    happens: 'A delivery with a forged signature',
    sent: 'issue_updated OPS-3',
    body: moved,
    identifier: 'demo-6',
    forged: true,
    expected: { status: 401, outcome: 'signature-refused' },
  },
  {
    happens: 'The issue is deleted',
    sent: 'issue_deleted OPS-3',
    body: fullBody('jira:issue_deleted', '2026-03-02T19:00:00.150Z', MOVED),
    identifier: 'demo-7',
    expected: { status: 202, outcome: 'applied' },
  },
  {
    happens: 'An update arrives after the deletion',
    sent: 'issue_updated OPS-3',
    body: fullBody('jira:issue_updated', '2026-03-02T18:30:00.190Z', EDITED),
    identifier: 'demo-8',
    expected: { status: 202, outcome: 'applied' },
  },
];

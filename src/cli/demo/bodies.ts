/** What an issue of the story looks like at one moment. */
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

const fieldsOf = ({ key, status, summary }: Moment) => ({
  summary,
  issuetype: { id: '10001', name: 'Story', subtask: false, hierarchyLevel: 0 },
  project: { id: key.startsWith('OPS') ? '10200' : '10100', key: key.slice(0, key.lastIndexOf('-')) },
  assignee: null,
  priority: { id: '3', name: 'Medium' },
  status: { name: status, statusCategory: CATEGORIES[status] },
});

const encode = (body: object): Buffer => Buffer.from(JSON.stringify(body));

const issueOf = (moment: Moment, fields: object) => ({
  id: moment.id,
  self: `https://jira.example.com/rest/api/2/issue/${moment.id}`,
  key: moment.key,
  fields,
});

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

/** A comment's delivery: its issue is partial, without `updated`, and must not touch what is stored. */
export const commentBody = (timestamp: string, moment: Moment, text: string): Buffer =>
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

import type { IssueLevel } from '../../src/domain/issue.ts';

/** An issue as a test means it: few values, and a text that tells whose fields a snapshot shows. */
export type IssueModel = {
  id: string;
  key: string;
  updatedMs: number;
  text: string;
  assignee: string | null;
  /** A story when it is left out. */
  level?: IssueLevel;
};

/**
 * How much of the issue a delivery carries. `odd`: an `updated` that names no believable instant.
 * `comment`: no issue, only the comment's address names it. `link`: only its id as a link's source.
 */
export type Form = 'full' | 'partial' | 'odd' | 'comment' | 'link' | 'nothing';

/** A delivery as a test means it. */
export type DeliveryModel = {
  event: string;
  form: Form;
  issue: IssueModel;
  /** Epoch milliseconds, or a `timestamp` that cannot be used. */
  timestamp: number | 'missing' | 'text' | 'negative';
  /** The key the issue had before, as the changelog's `Key` item tells it. */
  movedFrom: string | null;
};

const pad = (value: number): string => String(Math.abs(value)).padStart(2, '0');

/** Jira's date-time: the offset has no colon, and it is not the same in every delivery of a site. */
const jiraTime = (ms: number, offsetHours = 0): string => {
  const local = new Date(ms + offsetHours * 3_600_000).toISOString().slice(0, -1);
  return `${local}${offsetHours < 0 ? '-' : '+'}${pad(offsetHours)}00`;
};

/** The project of a key. */
const projectOf = (key: string): string => key.slice(0, key.lastIndexOf('-'));

const person = (name: string | null) =>
  name && {
    accountId: `account-of-${name}`,
    displayName: name,
    emailAddress: `${name}@example.com`,
    active: true,
  };

const TYPES = {
  standard: { id: '3', name: 'Task', subtask: false },
  epic: { id: '6', name: 'Initiative', subtask: false, hierarchyLevel: 1 },
  subtask: { id: '5', name: 'Step', subtask: true },
};

const partialFields = ({ text, key, assignee, level = 'standard' }: IssueModel) => ({
  summary: `only in part: ${text}`,
  issuetype: TYPES[level],
  project: { id: '10', key: projectOf(key), name: 'A project' },
  assignee: person(assignee),
  status: { id: '4', name: 'Somewhere', statusCategory: { id: 4, key: 'indeterminate' } },
});

const fullFields = (issue: IssueModel) => ({
  ...partialFields(issue),
  summary: issue.text,
  description: `about ${issue.text}`,
  created: '2019-05-01T09:00:00.000+0200',
  updated: jiraTime(issue.updatedMs, issue.text.length % 2 === 0 ? -7 : 2),
  status: { id: '5', name: `status of ${issue.text}`, statusCategory: { id: 2, key: 'new' } },
  reporter: null,
  priority: { id: '1', name: 'High' },
  labels: [`label-${issue.text}`],
  components: [],
  fixVersions: [{ id: '7', name: `version-${issue.text}`, released: false }],
  versions: [],
  issuelinks: [],
  subtasks: [],
  customfield_10010: { value: issue.text },
  customfield_10011: null,
});

const ODD_UPDATED = ['1999-12-31T23:59:59.000+0000', '2999-01-01T00:00:00.000+0000', 'yesterday'];

const issueFields = ({ form, issue }: DeliveryModel): object => {
  if (form === 'full') return fullFields(issue);
  if (form === 'partial') return partialFields(issue);
  return { ...fullFields(issue), updated: ODD_UPDATED[issue.updatedMs % ODD_UPDATED.length] };
};

const site = 'https://jira.example.com/rest/api/2';

/** What is in a body beside the event's name and time. */
const subject = (delivery: DeliveryModel): object => {
  const { form, issue } = delivery;
  if (form === 'nothing') return { project: { id: 10, key: 'ABOUT', name: issue.text } };
  if (form === 'link')
    return { issueLink: { id: 9, sourceIssueId: Number(issue.id), issueLinkType: { name: issue.text } } };
  if (form === 'comment')
    return { comment: { self: `${site}/issue/${issue.id}/comment/8`, id: '8', body: issue.text } };
  const fields = issueFields(delivery);
  return { issue: { id: issue.id, self: `${site}/issue/${issue.id}`, key: issue.key, fields } };
};

const UNUSABLE = { missing: {}, text: { timestamp: 'today' }, negative: { timestamp: -5 } };

const NO_ISSUE: readonly Form[] = ['comment', 'link', 'nothing'];

const changelog = ({ movedFrom, issue, form }: DeliveryModel): object =>
  movedFrom === null || NO_ISSUE.includes(form)
    ? {}
    : {
        changelog: {
          id: '11',
          items: [
            { field: 'project', fieldtype: 'jira', fieldId: 'project', fromString: 'Old', toString: 'New' },
            {
              field: 'Key',
              fieldtype: 'jira',
              from: null,
              fromString: movedFrom,
              to: null,
              toString: issue.key,
            },
          ],
        },
      };

/** The bytes Jira would send. Equal models give equal bytes. */
export const bodyOf = (delivery: DeliveryModel): string => {
  const { timestamp } = delivery;
  return JSON.stringify({
    ...(typeof timestamp === 'number' ? { timestamp } : UNUSABLE[timestamp]),
    webhookEvent: delivery.event,
    issue_event_type_name: 'issue_generic',
    user: person('actor'),
    ...subject(delivery),
    ...changelog(delivery),
  });
};

/** The snapshot's fields that `fullFields` must become, written out by hand. */
export const fieldsOf = ({ key, text, assignee, updatedMs, level = 'standard' }: IssueModel) => ({
  issue_key: key,
  project_key: projectOf(key),
  issue_type: TYPES[level].name,
  issue_level: level,
  summary: text,
  description: `about ${text}`,
  status: `status of ${text}`,
  status_category: 'new',
  priority: 'High',
  resolution: null,
  assignee: assignee && { id: `account-of-${assignee}`, display_name: assignee },
  reporter: null,
  labels: [`label-${text}`],
  components: [],
  fix_versions: [`version-${text}`],
  affected_versions: [],
  parent_key: null,
  sprint: null,
  links: [],
  subtasks: [],
  due_date: null,
  created_at: '2019-05-01T07:00:00.000Z',
  updated_at: new Date(updatedMs).toISOString(),
  phoenix_updated_at: new Date(updatedMs - 7 * 3_600_000).toISOString().replace('Z', '-07:00'),
  custom_fields: { customfield_10010: { value: text } },
  truncated: [],
});

/** A full update of an issue, for tests that need just one. */
export const fullUpdate = (
  issue: Partial<IssueModel> = {},
  rest: Partial<DeliveryModel> = {},
): DeliveryModel => ({
  event: 'jira:issue_updated',
  form: 'full',
  issue: {
    id: '10001',
    key: 'ABC-1',
    updatedMs: Date.UTC(2024, 4, 1),
    text: 'one',
    assignee: null,
    ...issue,
  },
  timestamp: Date.UTC(2024, 4, 1, 0, 0, 1),
  movedFrom: null,
  ...rest,
});

/**
 * Bodies for "Custom data" of Jira Automation. Every text is in our own quotes and escaped by `jsonEncode`, never by
 * `asJsonString`, which brings quotes of its own and may leave nothing at all of an empty value: so a body stays JSON
 * whatever is in the issue. There is no `self`: a body that has it counts as a whole issue, and these leave fields out.
 */

const MOMENT = `format("yyyy-MM-dd'T'HH:mm:ss.SSSZ")`;

/** One text. */
const text = (name: string, value: string): string => `"${name}": "{{${value}}}"`;

const encoded = (name: string, value: string): string => text(name, `${value}.jsonEncode`);

/** An object for each item; the comma only between two. */
const listOfNamed = (name: string, list: string): string =>
  `"${name}": [{{#${list}}}{ ${text('id', 'id')}, ${encoded('name', 'name')} }{{^last}}, {{/}}{{/}}]`;

/** An array of texts, where an empty list may render as nothing. */
const listOfTexts = (name: string, list: string): string =>
  `"${name}": {{#if(not(${list}.isEmpty))}}{{${list}.asJsonStringArray}}{{/}}{{#if(${list}.isEmpty)}}[]{{/}}`;

const fields = [
  encoded('summary', 'issue.summary'),
  `"issuetype": { ${text('id', 'issue.issueType.id')}, ${encoded('name', 'issue.issueType.name')} }`,
  `"project": { ${text('id', 'issue.project.id')}, ${encoded('key', 'issue.project.key')} }`,
  `"status": { ${encoded('name', 'issue.status.name')}, "statusCategory": { ${encoded('key', 'issue.status.statusCategory.key')} } }`,
  `"priority": { ${encoded('name', 'issue.priority.name')} }`,
  `"assignee": { ${encoded('accountId', 'issue.assignee.accountId')}, ${encoded('displayName', 'issue.assignee.displayName')} }`,
  listOfNamed('fixVersions', 'issue.fixVersions'),
  listOfTexts('labels', 'issue.labels'),
  text('created', `issue.created.${MOMENT}`),
  text('updated', `issue.updated.${MOMENT}`),
];

const body = (...more: string[]): string =>
  [
    '{',
    `  ${[text('timestamp', `now.${MOMENT}`), ...more].join(',\n  ')},`,
    '  "issue": {',
    `    ${[text('id', 'issue.id'), encoded('key', 'issue.key')].join(',\n    ')},`,
    '    "fields": {',
    `      ${fields.join(',\n      ')}`,
    '    }',
    '  }',
    '}',
  ].join('\n');

/** Of an issue: what is listed here, without its description. */
export const ISSUE_BODY = body();

/** Of a request of Jira Service Management: the same and its request type. */
export const REQUEST_BODY = body(encoded('request_type', 'issue.Request Type.requestType.name'));

import { type Paste, SECRET, table, withQuery } from './paste.ts';

/**
 * Bodies for "Custom data" of Jira Automation. Every string is quoted here and escaped with `jsonEncode`, so that the
 * body is valid JSON whatever the issue contains. `asJsonString` is not used: it adds its own quotes and may render an
 * empty value as nothing. There is no `self`: a body with it counts as a whole issue, and these leave fields out.
 */

const MOMENT = `format("yyyy-MM-dd'T'HH:mm:ss.SSSZ")`;

/** A string property. */
const text = (name: string, value: string): string => `"${name}": "{{${value}}}"`;

const encoded = (name: string, value: string): string => text(name, `${value}.jsonEncode`);

/** An array of one object per item; there is no comma after the last. */
const listOfNamed = (name: string, list: string): string =>
  `"${name}": [{{#${list}}}{ ${text('id', 'id')}, ${encoded('name', 'name')} }{{^last}}, {{/}}{{/}}]`;

/** An array of strings; written as `[]` if empty, as an empty list may render as nothing. */
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

/** The body for an issue: the fields above, without the description. */
export const ISSUE_BODY = body();

/** The body for a request of Jira Service Management: the same plus its request type. */
export const REQUEST_BODY = body(encoded('request_type', 'issue.Request Type.requestType.name'));

/** Makes each run of a rule a separate event, even if two runs send the same bytes. */
const DELIVERY = 'delivery={{now.format("yyyyMMddHHmmssSSS")}}';

/** The only ports that Jira Automation calls. */
const PORTS = [443, 6017, 7990, 8060, 8080, 8085, 8090, 8443, 8444, 8900, 9900];

/** What to paste into a rule of Jira Automation and, for `url` auth, a legacy rule of Jira Service Management. */
export const automationTemplate = (paste: Paste): string[] =>
  paste.auth === 'signature' ? ownSender(paste) : [...rule(paste), ...customData, reachability(paste.url)];

const rule = (paste: Paste): string[] => [
  `In a rule of Jira Automation, add the action "Send web request":

${table([
  ['Web request URL', withQuery(paste, DELIVERY)],
  ['HTTP method', 'POST'],
  ['Headers', 'Content-Type: application/json'],
  ...(paste.auth === 'header' ? hiddenHeader(paste) : []),
  ['Web request body', 'Issue data (Jira format)'],
])}`,
  ...legacyRule(paste),
  nameOfEvent(paste),
  `delivery= makes each run of the rule an event of its own. Jira Automation does not repeat what was refused. A hidden
header is lost when a rule is copied or exported.`,
];

const hiddenHeader = ({ header_name }: Paste): [string, string][] => [
  ['', `${header_name}: ${SECRET}   (tick "Hidden")`],
];

/** For `signature` auth: a rule cannot sign, but a program that sends the same bodies can. */
const ownSender = (paste: Paste): string[] => [
  `Jira Automation cannot sign: for its rules, add a connection with --auth header. A program of your own sends:`,
  table([
    ['URL', withQuery(paste)],
    ['Headers', 'Content-Type: application/json'],
    ['', 'X-Hub-Signature: sha256=HEX'],
  ]),
  `HEX is the HMAC-SHA256 of the very bytes that are sent, under ${SECRET}. Another delivery of the same bytes is a
duplicate, unless the URL has another ?delivery=NUMBER.`,
  SIGNING,
  nameOfEvent(paste),
];

/** A shell variable cannot hold NUL bytes, so the bytes of a base64 key are given as hex. */
const SIGNING = `In a shell:

  signature=$(printf %s "$body" | openssl dgst -sha256 -hmac "$secret" | sed 's/^.* //')

For a connection made with --secret-encoding base64, whose key is the bytes that the base64 means:

  key=$(printf %s "$secret" | base64 -d | od -An -vtx1 | tr -d ' \\n')
  signature=$(printf %s "$body" | openssl dgst -sha256 -mac HMAC -macopt "hexkey:$key" | sed 's/^.* //')`;

const customData = [
  `Only where a field must be left out, choose "Custom data" as the body instead. It is kept as an event: no issue,
release or gap is read from it. Paste:

${ISSUE_BODY}`,
  `The same with the request type of Jira Service Management:

${REQUEST_BODY}`,
];

/** A legacy rule cannot set headers. Its body contains a time, so no two runs send the same bytes. */
const legacyRule = (paste: Paste): string[] =>
  paste.auth === 'url'
    ? [
        `In a legacy automation rule of Jira Service Management, add the webhook with this URL and its standard body:

${table([['URL', withQuery(paste)]])}`,
      ]
    : [];

const nameOfEvent = ({ default_event_type }: Paste): string =>
  `An event is named by &event_type=NAME, added to the URL; without it ${default_event_type ?? 'automation'}.`;

const reachability = (url: URL): string => {
  const port = Number(url.port || (url.protocol === 'https:' ? 443 : 80));
  const open = `Jira Automation calls ${url.hostname} only if the site's administrator has not restricted the domains, or has added it.`;
  const ports = `Of ports it calls only ${PORTS.join(', ')}`;
  return `${open} ${ports}${PORTS.includes(port) ? `: ${port} is one of them.` : `, and ${port} is none of them: put a proxy or a tunnel before it.`}`;
};

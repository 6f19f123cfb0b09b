import type { Json, JsonObject } from '../../../../src/domain/json.ts';
import type { Look } from './body.ts';
import type { Issue, Sprint, State } from './records.ts';

const RANK_FIELD = 'customfield_10019';
const SPRINT_FIELD = 'customfield_10020';

const BOARD = 7;

/** As Data Center writes a sprint: Java's `toString`, with another hash in each process. */
const sprintText = ({ id, name, state }: Sprint, count: number): string =>
  `com.atlassian.greenhopper.service.sprint.Sprint@${(count + 4096).toString(16)}[id=${id},rapidViewId=${BOARD},state=${state.toUpperCase()},name=${name},startDate=<null>,endDate=<null>,completeDate=<null>,sequence=${id}]`;

const sprintOf = (sprint: Sprint, { cloud, count }: Look): Json =>
  cloud ? { ...sprint, boardId: BOARD, goal: '' } : sprintText(sprint, count);

/** The development panel's summary holds objects of the server's, by their hashes. */
const developmentOf = ({ count }: Look): string =>
  `{pullrequest={dataType=pullrequest, state=OPEN, stateCount=1}, json={"cachedValue":{"summary":${count}}}, object=com.atlassian.jira.plugin.devstatus.rest.SummaryBean@${(count + 65_536).toString(16)}}`;

/** A clock that runs while nobody touches the issue. */
const clockOf = ({ url, count }: Look, id: number): JsonObject => ({
  id: '30',
  name: 'Time to resolution',
  _links: { self: `${url}/rest/servicedeskapi/request/${id}/sla/30` },
  ongoingCycle: { breached: false, remainingTime: { millis: 14_400_000 - count * 1000, friendly: '4h' } },
});

/** Custom fields of every issue, and of those in sprints. */
export const customFieldsOf = ({ sprints }: State, { id, sprints: ids }: Issue, look: Look): JsonObject => ({
  customfield_10000: developmentOf(look),
  customfield_10002: null,
  [RANK_FIELD]: `0|i${id.toString(36).padStart(5, '0')}:`,
  [SPRINT_FIELD]:
    ids.length === 0 ? null : ids.flatMap((one) => sprints.get(one) ?? []).map((one) => sprintOf(one, look)),
  customfield_10030: clockOf(look, id),
});

type FieldRow = [id: string, name: string, schema: JsonObject];

const SYSTEM: FieldRow[] = [
  ['summary', 'Summary', { type: 'string', system: 'summary' }],
  ['fixVersions', 'Fix versions', { type: 'array', items: 'version', system: 'fixVersions' }],
  ['updated', 'Updated', { type: 'datetime', system: 'updated' }],
];

const custom = (id: number, name: string, type: string, kind: string): FieldRow => [
  `customfield_${id}`,
  name,
  { type, custom: kind, customId: id },
];

const CUSTOM: FieldRow[] = [
  custom(
    10_000,
    'Development',
    'any',
    'com.atlassian.jira.plugins.jira-development-integration-plugin:devsummarycf',
  ),
  custom(10_002, 'Story Points', 'number', 'com.atlassian.jira.plugin.system.customfieldtypes:float'),
  custom(10_019, 'Rank', 'any', 'com.pyxis.greenhopper.jira:gh-lexo-rank'),
  custom(10_020, 'Sprint', 'array', 'com.pyxis.greenhopper.jira:gh-sprint'),
  custom(10_030, 'Time to resolution', 'sd-servicelevelagreement', 'com.atlassian.servicedesk:sd-sla-field'),
];

/** Every field of the site as `/field` lists it. */
export const fieldList = (cloud: boolean): JsonObject[] =>
  [...SYSTEM, ...CUSTOM].map(([id, name, schema]) => ({
    id,
    ...(cloud ? { key: id } : {}),
    name,
    custom: id.startsWith('customfield_'),
    orderable: true,
    navigable: true,
    searchable: true,
    clauseNames: id.startsWith('customfield_') ? [`cf[${id.slice(12)}]`, name] : [id],
    schema,
  }));

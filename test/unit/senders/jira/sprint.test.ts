import { describe, expect, it } from 'vitest';
import type { Json } from '../../../../src/domain/json.ts';
import { currentSprint, sprintsIn as foundIn } from '../../../../src/senders/jira/sprint.ts';
import { readFieldsOf } from './support.ts';

const sprintsIn = (value: Json) => foundIn(value).map(({ sprint }) => sprint);

const JAVA = 'com.atlassian.greenhopper.service.sprint.Sprint@1f2e3d4c';
const DATES =
  'startDate=2026-10-05T08:00:00.000Z,endDate=2026-10-19T08:00:00.000Z,completeDate=<null>,sequence=12';
const NEW_HEAD =
  'activatedDate=2026-10-05T08:00:00.000Z,autoStartStop=false,completeDate=<null>,endDate=<null>';
const NEW_TAIL = 'rapidViewId=2,sequence=12,startDate=<null>,state=ACTIVE,synced=false';

const oldOrder = (name: string, rest = `goal=,${DATES}`) =>
  `${JAVA}[id=12,rapidViewId=2,state=ACTIVE,name=${name},${rest}]`;
const newOrder = (goal: string, name: string) =>
  `${JAVA}[${NEW_HEAD},goal=${goal},id=12,incompleteIssuesDestinationId=<null>,name=${name},${NEW_TAIL}]`;

const TRICKY = [
  'One',
  '',
  'a, b',
  '[a] b]',
  'a=b',
  'x,y=z,[1]',
  ',',
  'ends,',
  'Sprint@1[id=5]',
  'a,id=5,b,state=X',
  'zwölf\n12',
];

describe("a sprint in Jira's text", () => {
  it.each(TRICKY)('is read in the old order with the name %j, because names are not escaped', (name) => {
    expect(sprintsIn(oldOrder(name))).toEqual([{ id: '12', name, state: 'ACTIVE' }]);
  });

  it.each(TRICKY)('is read in the new order with the name %j, because names are not escaped', (name) => {
    expect(sprintsIn(newOrder('', name))).toEqual([{ id: '12', name, state: 'ACTIVE' }]);
  });

  it.each([
    'a goal, with commas',
    '<null>',
    'id=5,name=wrong,rapidViewId=9,state=CLOSED',
    ',id=5,name=wrong,rapidViewId=9,sequence=1,state=CLOSED,synced=true',
    'multi\nline [brackets]',
  ])('is read beside the goal %j, because a goal may look like anything', (goal) => {
    const sprint = { id: '12', name: 'One', state: 'ACTIVE' };
    expect(sprintsIn(newOrder(goal, 'One'))).toEqual([sprint]);
    expect(sprintsIn(oldOrder('One', `goal=${goal},${DATES}`))).toEqual([sprint]);
    expect(sprintsIn(oldOrder('One', `${DATES},goal=${goal}`))).toEqual([sprint]);
  });

  it.each([
    ['with the id last (Jira 7.0)', `rapidViewId=2,state=CLOSED,name=A, b,${DATES},id=12`],
    [
      'without a goal, by alphabet',
      'completeDate=<null>,endDate=<null>,id=12,name=A, b,rapidViewId=2,sequence=3,startDate=<null>,state=CLOSED',
    ],
    [
      'by alphabet, ending in the state',
      'completeDate=<null>,goal=g,id=12,name=A, b,rapidViewId=2,sequence=3,startDate=<null>,state=CLOSED',
    ],
    ['ending in the name', 'id=12,rapidViewId=2,state=CLOSED,name=A, b'],
    ['cut short to three fields', 'id=12,name=A, b,state=CLOSED'],
    ['cut short, with the name first', 'name=A, b,id=12,state=CLOSED'],
    [
      'by alphabet, with what looks like a sprint behind it',
      'goal=,id=12,name=A, b,rapidViewId=2,state=CLOSED,id=9,name=Z',
    ],
    ...['id', 'rapidViewId', 'state', 'endDate', 'completeDate', 'sequence', 'synced'].map((field) => [
      `in the old order, with ${field} after the name`,
      `rapidViewId=1,id=12,state=CLOSED,name=A, b,${field}=3`,
    ]),
  ])('is read %s, because versions of Jira differ', (_, inner) => {
    expect(sprintsIn(`${JAVA}[${inner}]`)).toEqual([{ id: '12', name: 'A, b', state: 'CLOSED' }]);
  });

  it.each([
    '',
    'Sprint 12',
    JAVA,
    `${JAVA}[`,
    `${JAVA}[]`,
    `${JAVA}[id=x,rapidViewId=2,state=ACTIVE,name=One]`,
    `${JAVA}[rapidViewId=2,state=ACTIVE,name=One]`,
    `${JAVA}[id=1,rapidViewId=2,name=One]`,
    `${JAVA}[id=1,rapidViewId=2,state=ACTIVE]`,
    `${JAVA}[rapidViewId=2,state=ACTIVE,id=1]`,
    `${JAVA}[rapidViewId=2,state=ACTIVE,name=a,id=5,goal=]`,
    `${JAVA}[name=One,id=1,rapidViewId=2,state=ACTIVE]`,
    `My ${newOrder('', 'One')}`,
    `${JAVA}[id=1,rapidViewId=2,state=ACTIVE,name=<null>]`,
    'com.example.SummaryBean@1f2e[id=1,rapidViewId=2,state=ACTIVE,name=One]',
    `${oldOrder('One')} `,
  ])('is not in %j, because a field may hold any text', (value) => {
    expect(sprintsIn(value)).toEqual([]);
  });

  it.each([
    'com.atlassian.greenhopper.service.sprint.Sprint',
    'com.atlassian.greenhopper.service.sprint.Sprint@a',
    'Sprint',
    'com.example.jira.PlannedSprint',
  ])('is read after %s, because not every sender writes the hash of a Java object', (head) => {
    const fields = (name: string) => `id=12,rapidViewId=2,state=active,name=${name},${DATES}`;
    for (const name of TRICKY)
      expect(readFieldsOf({ customfield_7: [`${head}[${fields(name)}]`] })).toMatchObject({
        sprint: { id: '12', name, state: 'active' },
        unread: [],
      });
  });

  it.each([
    'com.atlassian.greenhopper.service.sprint.Sprint[id=1,rapidViewId=2,state=ACTIVE]',
    'com.atlassian.greenhopper.service.sprint.Sprint[]',
    'com.atlassian.greenhopper.service.sprint.Sprint',
    'com.atlassian.greenhopper.service.sprint.Sprint: One',
    'com.atlassian.greenhopper.service.sprint.Sprint@1f2e',
    'com.atlassian.greenhopper.service.sprint.Sprint@1f2e[id=1',
    'com.atlassian.greenhopper.service.sprint.Sprint@1f2e[id=x,rapidViewId=2,state=ACTIVE,name=One]',
    'com.atlassian.greenhopper.service.sprint.Sprint@1f2e3d4c5b6a79880[id=1,rapidViewId=2,state=ACTIVE,name=One]',
    ' com.atlassian.greenhopper.service.sprint.Sprint@1f2e[id=1,rapidViewId=2,state=ACTIVE,name=One]',
    'Sprint[id=1, rapidViewId=2, state=ACTIVE, name=One]',
    'Sprint{id=1, state=ACTIVE, name=One}',
    'RapidSprint(id=1, state=ACTIVE, name=One)',
    `${oldOrder('One')}\n`,
  ])('is listed as unread in %j, because it begins as one and is not lost unseen', (text) => {
    for (const value of [text, [text], [oldOrder('One'), text]])
      expect(readFieldsOf({ customfield_7: value })).toMatchObject({
        custom_fields: { customfield_7: value },
        unread: ['fields.customfield_7'],
      });
  });

  it.each([
    'Sprint 12',
    'Sprint',
    'Sprint [12] is late',
    'Sprint (planned)',
    'sprint[id=1]',
    'see com.atlassian.greenhopper.service.sprint.Sprint@1f2e',
    'com.atlassian.greenhopper.service.sprint.SprintManager@1f2e',
    'com.atlassian.greenhopper.service.sprint.Sprint.Builder',
    'com.example.SummaryBean@1f2e[id=1,rapidViewId=2,state=ACTIVE,name=One]',
    '{summaryBean=com.atlassian.jira.Sprint@1f2e[id=1]}',
    { text: `${JAVA}[` },
  ])('is not listed for %j, because people write about sprints', (value) => {
    expect(readFieldsOf({ customfield_7: value })).toMatchObject({ sprint: null, unread: [] });
  });

  it.each([',id=1', ',id=1,name=', ',name=', ',state=A', ',rapidViewId=', '='])(
    'is looked for in 3 MB of %j in a moment, because a sender must not keep us busy',
    (piece) => {
      const text = piece.repeat(3_000_000 / piece.length);
      expect(sprintsIn(`${JAVA}[goal=${text}`)).toEqual([]);
      expect(sprintsIn(`${JAVA}[goal=${text},rapidViewId=]`).length).toBeLessThan(2);
      expect(sprintsIn(`${JAVA}[${text}]`).length).toBeLessThan(2);
    },
  );
});

describe('a sprint as an object', () => {
  it.each(['boardId', 'originBoardId', 'rapidViewId'])(
    'is known by %s, because that is the id of its board',
    (board) => {
      expect(sprintsIn({ id: 7, name: 'S', state: 'active', [board]: 3, goal: '' })).toEqual([
        { id: '7', name: 'S', state: 'active' },
      ]);
      expect(sprintsIn([{ id: '7', name: 'S', state: 'FUTURE', [board]: '3' }])).toEqual([
        { id: '7', name: 'S', state: 'FUTURE' },
      ]);
    },
  );

  it.each([
    { id: 7, name: 'S', state: 'active' },
    { id: 7, name: 'S', state: 'active', boardId: null },
    { id: 7, name: 'S', state: 'active', boardId: {} },
    { id: 7, name: 'S', boardId: 3 },
    { id: 7, state: 'active', boardId: 3 },
    { name: 'S', state: 'active', boardId: 3 },
    { id: 1.5, name: 'S', state: 'active', boardId: 3 },
    { id: '', name: 'S', state: 'active', boardId: 3 },
    { id: 7, name: 5, state: 'active', boardId: 3 },
    {},
    [[{ id: 7, name: 'S', state: 'active', boardId: 3 }]],
    null,
    5,
  ])('is not %j, because other fields hold similar objects', (value) => {
    expect(sprintsIn(value)).toEqual([]);
  });
});

describe('the current sprint', () => {
  const sprint = (id: string, state: string) => ({ id, name: `S${id}`, state });

  it.each([
    ['the active one', [sprint('1', 'closed'), sprint('2', 'active'), sprint('3', 'future')], '2'],
    ['the active one in any case', [sprint('1', 'Active'), sprint('2', 'CLOSED')], '1'],
    ['else the last', [sprint('1', 'closed'), sprint('2', 'closed')], '2'],
    ['none of none', [], undefined],
  ])('is %s, because an issue keeps the sprints it was in', (_, sprints, id) => {
    expect(currentSprint(sprints.map((sprint) => ({ sprint, ended_ms: null })))?.id).toBe(id);
  });

  const future = sprint('9', 'FUTURE');
  const java = (id: number, state: string, dates: string) =>
    `${JAVA}[id=${id},rapidViewId=2,state=${state},name=S ${id},goal=,${dates},sequence=${id}]`;
  const object = (id: number, state: string, dates: object = {}) => ({
    id,
    name: `S${id}`,
    state,
    boardId: 1,
    ...dates,
  });

  it.each([
    [
      'a future one, wherever it stands',
      [object(9, 'future'), object(1, 'closed'), object(2, 'closed')],
      '9',
    ],
    ['a future one in any case', [java(9, 'FUTURE', 'startDate=<null>'), java(1, 'CLOSED', DATES)], '9'],
    [
      'a future one, however new the last completed is',
      [object(9, 'Future'), object(1, 'closed', { completeDate: '2026-11-20T08:00:00.000Z' })],
      '9',
    ],
    [
      'the active one before a future one',
      [object(9, 'future'), object(3, 'active'), object(1, 'closed')],
      '3',
    ],
    [
      'the last completed, wherever it stands',
      [
        object(1, 'closed', { completeDate: '2026-10-19T08:00:00.000Z' }),
        object(2, 'closed', { completeDate: '2026-09-19T08:00:00.000Z' }),
      ],
      '1',
    ],
    [
      'the last completed by instant and not by text',
      [
        object(1, 'closed', { completeDate: '2026-10-19T01:00:00.000-07:00' }),
        object(2, 'closed', { completeDate: '2026-10-19T07:59:59.999Z' }),
      ],
      '1',
    ],
    [
      'the last completed in epoch milliseconds',
      [
        object(1, 'closed', { completeDate: 1_792_397_000_000 }),
        object(2, 'closed', { completeDate: 1_792_396_000_000 }),
      ],
      '1',
    ],
    [
      'the last ended where none says when it was completed',
      [
        object(1, 'closed', { endDate: '2026-10-19T08:00:00.000Z', completeDate: null }),
        object(2, 'closed', { startDate: '2026-09-19T08:00:00.000Z' }),
      ],
      '1',
    ],
    [
      'one that says when before one that does not',
      [object(1, 'closed', { endDate: '2026-01-01T00:00:00Z' }), object(2, 'closed')],
      '1',
    ],
    [
      'the last completed of texts',
      [
        java(
          1,
          'CLOSED',
          'startDate=2026-09-20T08:00:00.000Z,endDate=<null>,completeDate=2026-10-19T10:00:00.000+02:00',
        ),
        java(
          2,
          'CLOSED',
          'startDate=2026-09-01T08:00:00.000Z,endDate=<null>,completeDate=2026-09-19T08:00:00.000Z',
        ),
      ],
      '1',
    ],
    [
      'the later in the list of equals',
      [
        object(2, 'closed', { completeDate: '2026-10-19T08:00:00.000Z' }),
        object(1, 'closed', { completeDate: '2026-10-19T10:00:00.000+0200' }),
      ],
      '1',
    ],
  ])('is %s, because the order of a list says little', (_, sprints, id) => {
    expect(readFieldsOf({ customfield_10020: sprints })).toMatchObject({ sprint: { id }, unread: [] });
  });

  it.each([
    ['before the dates', (dates: string) => `goal=,completeDate=2030-01-01T00:00:00.000Z,${dates}`],
    ['behind them', (dates: string) => `${dates},goal=,completeDate=2030-01-01T00:00:00.000Z`],
  ])('asks no goal %s for a date, because a goal may look like anything', (_, rest) => {
    const dates = (day: string) =>
      `startDate=<null>,endDate=<null>,completeDate=2026-10-${day}T08:00:00.000Z,sequence=1`;
    const of = (id: number, end: string) => `${JAVA}[id=${id},rapidViewId=2,state=CLOSED,name=S${id},${end}]`;
    const sprints = [of(1, `goal=,${dates('19')}`), of(2, rest(dates('05')))];
    expect(readFieldsOf({ customfield_1: sprints }).sprint?.id).toBe('1');
  });

  it('asks a goal by alphabet for no date, because a goal may look like anything', () => {
    const of = (id: number, day: string, goal: string) =>
      `${JAVA}[completeDate=2026-10-${day}T08:00:00.000Z,endDate=<null>,goal=${goal},id=${id},name=S,rapidViewId=2,sequence=1,startDate=<null>,state=CLOSED]`;
    const sprints = [of(1, '19', ''), of(2, '05', ',completeDate=2030-01-01T00:00:00.000Z')];
    expect(readFieldsOf({ customfield_1: sprints }).sprint?.id).toBe('1');
  });

  it('is in whatever order the future and the completed are listed, because only the state decides', () => {
    const closed = [1, 2, 3].map((id) => sprint(String(id), 'CLOSED'));
    for (let at = 0; at <= closed.length; at += 1)
      expect(
        currentSprint(closed.toSpliced(at, 0, future).map((one) => ({ sprint: one, ended_ms: 5 })))?.id,
      ).toBe('9');
  });

  it('is found in whichever custom field holds it, because its number differs between sites', () => {
    const fields = {
      customfield_1: [5, 'x'],
      customfield_9: [oldOrder('Nine')],
      customfield_2: { id: 1, name: 'x' },
    };
    expect(readFieldsOf(fields)).toMatchObject({
      sprint: { id: '12', name: 'Nine', state: 'ACTIVE' },
      unread: [],
    });
  });

  it('is found in fields.sprint, because some senders translate the field', () => {
    const sprint = { id: 7, name: 'S', state: 'future', boardId: 1 };
    expect(readFieldsOf({ sprint })).toMatchObject({ sprint: { id: '7' }, unread: [] });
    expect(readFieldsOf({ sprint: null })).toMatchObject({ sprint: null, unread: [] });
    expect(readFieldsOf({ sprint: [] })).toMatchObject({ sprint: null, unread: [] });
    expect(readFieldsOf({ sprint: [null, sprint] })).toMatchObject({ sprint: { id: '7' }, unread: [] });
  });

  it('lists fields.sprint when that holds anything else, because it must be a sprint', () => {
    const sprint = { id: 7, name: 'S', state: 'future', boardId: 1 };
    expect(readFieldsOf({ sprint: [sprint, 'x'] })).toMatchObject({
      sprint: { id: '7' },
      unread: ['fields.sprint'],
    });
    expect(readFieldsOf({ sprint: 'x' })).toMatchObject({ sprint: null, unread: ['fields.sprint'] });
  });
});

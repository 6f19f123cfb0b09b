import { describe, expect, it } from 'vitest';
import { currentSprint, sprintsIn } from '../../../src/normalize/sprint.ts';
import { readFieldsOf } from './support.ts';

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
    expect(currentSprint(sprints)?.id).toBe(id);
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

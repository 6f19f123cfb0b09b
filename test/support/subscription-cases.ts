import * as z from 'zod';
import { type Execution, executionIdOf } from '../../src/domain/execution.ts';
import type { Instance } from '../../src/local/run-instance.ts';
import type { Table } from '../../src/store/calls/table.ts';
import { putExecution } from '../../src/store/executions/executions.ts';
import { someExecution } from './executions.ts';

/** What is asked of an instance, and the answer that the page must have. */
type Case = { operation: string; status: number; ask: () => Promise<Response>; optional?: string };

type Asked = { method?: string; body?: unknown; rev?: number | undefined; headers?: Record<string, string> };

/** `off` has no master, and `broken` no table. */
export type CaseWorld = {
  main: () => Instance;
  off: () => Instance;
  broken: () => Instance;
  table: () => Table;
  manage: (instance: Instance, path: string, asked: Asked) => Promise<Response>;
  /** An event of the tenant of the built-in sources. */
  eventId: () => string;
};

/** They have the forms of ids, and nothing has them. */
export const SOME_SUBSCRIPTION = `sub_${'0'.repeat(22)}`;
export const SOME_EXECUTION = executionIdOf(`evt_${'0'.repeat(40)}`, SOME_SUBSCRIPTION);

/** Nobody listens there, and no event of the page's tests goes there. */
const SUBSCRIBER = {
  name: 'An agent',
  url: 'http://127.0.0.1:1024/in?token=x',
  filter: { projects: ['NOBODYS'] },
  headers: { 'X-Api-Key': 'k' },
};

const made = z.object({ subscription_id: z.string() });

const TOO_LARGE = JSON.stringify({ reason: 'x'.repeat(100_001) });
const NO_TOKEN = { authorization: '' };
const OTHER_ORIGIN = { origin: 'https://other.example' };
const NO_JSON = { 'content-type': 'text/plain' };

/** Every documented answer of the routes that change subscriptions and executions. */
export const subscriptionCases = (world: CaseWorld): Case[] => {
  const { main, off, broken, manage } = world;

  const subscribe = async (settings: object = {}): Promise<string> => {
    const response = await manage(main(), '/subscriptions', { body: { ...SUBSCRIBER, ...settings } });
    return made.parse(await response.json()).subscription_id;
  };

  const create = (status: number, settings: object, asked: Asked = {}, on = main): Case => ({
    operation: 'create-subscription',
    status,
    ask: () => manage(on(), '/subscriptions', { body: { ...SUBSCRIBER, ...settings }, ...asked }),
  });

  type Action = { what: string; method?: string; body: object; wrong: object; rev?: number };

  /** Each answer of a route of one subscription; `rev`: the revision that it must be told. */
  const actions = ({ what, method = 'POST', body, wrong, rev }: Action): Case[] => {
    const operation = `${what}-subscription`;
    const path = method === 'POST' ? `/${what}` : '';
    const asked = (status: number, change: Asked & { id?: string } = {}, on = main): Case => ({
      operation,
      status,
      ask: async () => {
        const { id = await subscribe(), ...given } = change;
        return manage(on(), `/subscriptions/${id}${path}`, { method, body, rev, ...given });
      },
    });
    const refused = [
      { ...asked(400, { body: wrong }), optional: '.errors' },
      asked(401, { headers: NO_TOKEN }),
      asked(403, { headers: OTHER_ORIGIN }),
      asked(404, { id: SOME_SUBSCRIPTION }),
      asked(413, { body: TOO_LARGE }),
      asked(415, { headers: NO_JSON }),
      asked(503, { id: SOME_SUBSCRIPTION }, broken),
    ];
    const seen = [
      asked(400, { headers: { 'if-match': '*' } }),
      asked(409, { rev: 2 }),
      asked(428, { rev: undefined }),
    ];
    return [asked(200), ...refused, ...(rev === undefined ? [] : seen)];
  };

  const remove = (status: number, asked: Asked, id?: string, on = main): Case => ({
    operation: 'remove-subscription',
    status,
    ask: async () =>
      manage(on(), `/subscriptions/${id ?? (await subscribe())}`, { method: 'DELETE', ...asked }),
  });

  const putOne = async (differing: Partial<Execution>): Promise<string> => {
    const execution = someExecution({
      tenant_id: 'default',
      subscription_id: await subscribe(),
      ...differing,
    });
    const place = { table: world.table(), signal: AbortSignal.timeout(10_000) };
    await putExecution(place, execution);
    return execution.execution_id;
  };

  /** Of an execution that is put first. */
  const ofExecution = (
    what: 'retry' | 'cancel',
    status: number,
    differing: Partial<Execution>,
    { id, ...asked }: Asked & { id?: string } = {},
    on = main,
  ): Case => ({
    operation: `${what}-execution`,
    status,
    ask: async () => manage(on(), `/executions/${id ?? (await putOne(differing))}/${what}`, asked),
  });

  const refusedExecutions = (['retry', 'cancel'] as const).flatMap((what): Case[] => [
    { ...ofExecution(what, 400, ENDED, { body: { because: 'x' } }), optional: '.errors' },
    ofExecution(what, 401, ENDED, { headers: NO_TOKEN }),
    ofExecution(what, 403, ENDED, { headers: OTHER_ORIGIN }),
    ofExecution(what, 404, ENDED, { id: SOME_EXECUTION }),
    ofExecution(what, 409, { ...ENDED, status: 'in_progress' }),
    ofExecution(what, 413, ENDED, { body: TOO_LARGE }),
    ofExecution(what, 415, ENDED, { headers: NO_JSON }),
    ofExecution(what, 503, ENDED, { id: SOME_EXECUTION }, broken),
  ]);

  return [
    create(201, {}),
    create(201, { signature: 'none', format: 'raw' }),
    { ...create(400, { url: 'https://10.0.0.1:80/', concurrency: 0 }), optional: '.errors' },
    { ...create(400, { headers: { host: 'x' } }), optional: '.errors' },
    create(401, {}, { headers: NO_TOKEN }),
    create(403, {}, { headers: OTHER_ORIGIN }),
    create(409, {}, {}, off),
    create(413, {}, { body: TOO_LARGE }),
    create(415, {}, { headers: NO_JSON }),
    create(503, {}, {}, broken),
    ...actions({ what: 'change', method: 'PATCH', body: { name: 'New' }, wrong: { kind: 'x' }, rev: 1 }),
    ...actions({ what: 'pause', body: { reason: 'a release' }, wrong: { reason: 1 }, rev: 1 }),
    ...actions({ what: 'resume', body: {}, wrong: { because: 'x' }, rev: 1 }),
    ...actions({ what: 'rotate', body: {}, wrong: { grace_hours: -1 }, rev: 1 }),
    ...actions({ what: 'test', body: {}, wrong: { url: 'x' } }),
    ...matchCases(world, subscribe, actions),
    {
      operation: 'change-subscription',
      status: 200,
      ask: async () => {
        const id = await subscribe({ signature: 'none' });
        const body = { signature: 'standard' };
        return manage(main(), `/subscriptions/${id}`, { method: 'PATCH', body, rev: 1 });
      },
    },
    remove(204, { rev: 1 }),
    remove(400, { headers: { 'if-match': 'x' } }),
    remove(401, { headers: NO_TOKEN }),
    remove(403, { headers: OTHER_ORIGIN }),
    remove(404, {}, SOME_SUBSCRIPTION),
    remove(409, { rev: 2 }),
    remove(503, {}, SOME_SUBSCRIPTION, broken),
    ...refusedExecutions,
    ofExecution('retry', 200, ENDED),
    ofExecution('retry', 201, { ...ENDED, status: 'completed', result: RESULT }),
    ofExecution('cancel', 200, { due_ms: Date.UTC(2099, 0) }),
  ];
};

const ENDED = { status: 'failed', reason: 'answered 500', due_ms: null, tries: 4 } as const;
const RESULT = { status: 200, content_type: null, body: 'done', truncated: false };

/** Of an event that is there, and of one that is not. */
const matchCases = (
  { eventId, main, manage }: CaseWorld,
  subscribe: () => Promise<string>,
  actions: (action: { what: string; body: object; wrong: object }) => Case[],
): Case[] => {
  const wrong = { event_id: 'evt_1' };
  const body = { event_id: `evt_${'0'.repeat(40)}` };
  const match = async () =>
    manage(main(), `/subscriptions/${await subscribe()}/match`, { body: { event_id: eventId() } });
  const judged: Case = { operation: 'match-subscription', status: 200, ask: match };
  return [judged, ...actions({ what: 'match', body, wrong }).filter(({ status }) => status !== 200)];
};

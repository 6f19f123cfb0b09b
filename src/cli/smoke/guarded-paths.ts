import { ROUTES, type Route } from '../../contract/routes.ts';
import type { Api } from './api.ts';
import { hasStatus, ok, type Result, together } from './check.ts';
import { TEST_ISSUE_ID } from './delivery-checks.ts';

export const NO_EVENT = `evt_${'0'.repeat(40)}`;

const NO_CONNECTION = `con_${'0'.repeat(22)}`;

const NO_SUBSCRIPTION = `sub_${'0'.repeat(22)}`;

const NO_EXECUTION = `exe_${'0'.repeat(40)}_${'0'.repeat(22)}`;

/** The routes of this deployment: without executions their paths have no route, and ingest answers any caller 404. */
export const routesThere = async (api: Pick<Api, 'send'>): Promise<readonly Route[]> => {
  const hasNone = hasStatus(await api.send('GET', '/executions'), 404);
  return ROUTES.filter(({ needs }) => needs === undefined || !hasNone);
};

/** The path of a route with the test issue and this event; its other ids do not exist. */
export const filled = ({ path }: Route, eventId: string): string =>
  path
    .replace('{issue}', TEST_ISSUE_ID)
    .replace('{event_id}', eventId)
    .replace('{connection_id}', NO_CONNECTION)
    .replace('{subscription_id}', NO_SUBSCRIPTION)
    .replace('{execution_id}', NO_EXECUTION);

/** The number of routes if all passed, else every one that did not. */
export const countOf = (results: Result[]): Result =>
  results.every(({ state }) => state === 'ok')
    ? ok(`${results.length} routes: ${[...new Set(results.map(({ seen }) => seen))].join(', ')}`)
    : together(results);

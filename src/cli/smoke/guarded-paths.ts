import { ROUTES, type Route } from '../../contract/routes.ts';
import { ok, type Result, together } from './check.ts';
import { TEST_ISSUE_ID } from './delivery-checks.ts';

export const NO_EVENT = `evt_${'0'.repeat(40)}`;

const NO_CONNECTION = `con_${'0'.repeat(22)}`;

/** The routes that every deployment has: what the context leaves out is unknown to the gateway, whoever asks. */
export const ALWAYS_THERE = ROUTES.filter(({ needs }) => needs === undefined);

/** A route's path about the test issue, this event and no connection. */
export const filled = ({ path }: Route, eventId: string): string =>
  path
    .replace('{issue}', TEST_ISSUE_ID)
    .replace('{event_id}', eventId)
    .replace('{connection_id}', NO_CONNECTION);

/** As many routes passed, or every one that did not. */
export const countOf = (results: Result[]): Result =>
  results.every(({ state }) => state === 'ok')
    ? ok(`${results.length} routes: ${[...new Set(results.map(({ seen }) => seen))].join(', ')}`)
    : together(results);

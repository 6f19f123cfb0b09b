import * as z from 'zod/mini';
import type { Route } from '../../contract/routes.ts';
import {
  afterDelivery,
  type Check,
  describeAnswer,
  failed,
  hasStatus,
  judge,
  ok,
  type Result,
  readJson,
  together,
} from './check.ts';
import { FORMER_KEY, TEST_ISSUE_ID, TEST_ISSUE_KEY, TEST_PROJECT } from './delivery-checks.ts';
import { countOf, filled, NO_EVENT, routesThere } from './guarded-paths.ts';

const isRead = ({ served_by }: Route): boolean => served_by === 'read';

/** True for routes that can be answered: there is no connection, subscription or execution to read. */
const isAnswered = (route: Route): boolean =>
  isRead(route) && !/\{(connection|subscription|execution)_id\}/.test(route.path);

/** Runs `look` for each route. Every path gets a project, which some routes require and the others ignore. */
const onEach = async (
  routes: readonly Route[],
  eventId: string,
  look: (path: string) => Promise<Result>,
): Promise<Result> => {
  const results: Result[] = [];
  for (const route of routes) {
    const path = `${filled(route, eventId)}?project=${TEST_PROJECT}`;
    const result = await look(path);
    results.push(result.state === 'ok' ? result : failed(`GET ${path} ${result.seen}`));
  }
  return countOf(results);
};

/** 403 comes from IAM: the function would answer 404 for a missing event, and 200 for lists. */
const checkUnsigned: Check = {
  name: 'read-refuses-unsigned',
  run: async ({ api }) =>
    onEach((await routesThere(api)).filter(isRead), NO_EVENT, async (path) => {
      const answer = await api.send('GET', path);
      return (hasStatus(answer, 403) ? ok : failed)(describeAnswer(answer));
    }),
};

const checkSigned = afterDelivery('read-answers-signed', async ({ api }, { event_id }) =>
  onEach((await routesThere(api)).filter(isAnswered), event_id, async (path) => {
    const answer = await api.sendSigned('GET', path);
    return hasStatus(answer, 200) ? ok('200') : failed(describeAnswer(answer));
  }),
);

const snapshot = z.object({ issue_id: z.literal(TEST_ISSUE_ID) });

/**
 * An encoded path must be decoded exactly once. `%53` is an S: if it is not decoded, no issue has this key. `%25` is a
 * real percent sign: if it is decoded twice, `%41` becomes an A.
 */
const checkPath = afterDelivery('path-decoded-once', async ({ api }) => {
  const paths = [
    `/issues/${TEST_ISSUE_KEY.replace('S', '%53')}`,
    `/issues/${encodeURIComponent(FORMER_KEY)}`,
  ];
  const results: Result[] = [];
  for (const path of paths) {
    const answer = await api.sendSigned('GET', path);
    const isFound = hasStatus(answer, 200) && readJson(answer, snapshot) !== null;
    results.push(judge(isFound, `GET ${path}`, answer));
  }
  return together(results);
});

/** Checks of what only callers with AWS credentials may read. */
export const READ_CHECKS: readonly Check[] = [checkUnsigned, checkSigned, checkPath];

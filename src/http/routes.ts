import type { Source } from '../domain/source.ts';

/** Names of the routes; the handlers give each its function. */
export type RouteName =
  | `${Source}-webhook`
  | 'health'
  | 'list-issues'
  | 'get-issue'
  | 'list-issue-events'
  | 'list-issue-commits'
  | 'list-stories-without-commits'
  | 'list-commits-without-story'
  | 'list-events'
  | 'get-event'
  | 'stats';

type Route = { name: RouteName; method: 'GET' | 'POST'; path: string };

/** Every route. `{x}` stands for one path segment. The stack and the local server know no other list. */
export const ROUTES: readonly Route[] = [
  { name: 'jira-webhook', method: 'POST', path: '/webhooks/jira' },
  { name: 'github-webhook', method: 'POST', path: '/webhooks/github' },
  { name: 'bitbucket-webhook', method: 'POST', path: '/webhooks/bitbucket' },
  { name: 'commits-webhook', method: 'POST', path: '/webhooks/commits' },
  { name: 'health', method: 'GET', path: '/health' },
  { name: 'list-issues', method: 'GET', path: '/issues' },
  { name: 'get-issue', method: 'GET', path: '/issues/{issue}' },
  { name: 'list-issue-events', method: 'GET', path: '/issues/{issue}/events' },
  { name: 'list-issue-commits', method: 'GET', path: '/issues/{issue}/commits' },
  { name: 'list-stories-without-commits', method: 'GET', path: '/gaps/stories-without-commits' },
  { name: 'list-commits-without-story', method: 'GET', path: '/gaps/commits-without-story' },
  { name: 'list-events', method: 'GET', path: '/events' },
  { name: 'get-event', method: 'GET', path: '/events/{event_id}' },
  { name: 'stats', method: 'GET', path: '/stats' },
];

export type Match =
  | { kind: 'found'; name: RouteName; argument: string }
  | { kind: 'wrong-method'; name: RouteName; allow: string }
  | { kind: 'not-found' };

const decode = (segment: string): string | null => {
  try {
    return decodeURIComponent(segment);
  } catch {
    return null;
  }
};

/** The decoded `{x}` segment, '' for a route without one, null when the path is another. */
const argumentOf = (route: Route, path: string): string | null => {
  const pattern = route.path.split('/');
  const segments = path.split('/');
  const fits =
    pattern.length === segments.length &&
    pattern.every((part, i) => part.startsWith('{') || part === segments[i]);
  if (!fits) return null;
  const variable = pattern.findIndex((part) => part.startsWith('{'));
  return variable === -1 ? '' : decode(segments[variable] ?? '') || null;
};

/** Which route a request means. A segment that does not decode, or is empty, is no route of ours. */
export const matchRoute = (method: string, path: string): Match => {
  const matches = ROUTES.flatMap((route) => {
    const argument = argumentOf(route, path);
    return argument === null ? [] : [{ route, argument }];
  });
  const [first] = matches;
  if (first === undefined) return { kind: 'not-found' };
  const match = matches.find(({ route }) => route.method === method);
  if (match) return { kind: 'found', name: match.route.name, argument: match.argument };
  const allow = matches.map(({ route }) => route.method).join(', ');
  return { kind: 'wrong-method', name: first.route.name, allow };
};

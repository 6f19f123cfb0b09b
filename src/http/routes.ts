import { ROUTES, type Route, type RouteName } from '../contract/routes.ts';

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

/** People end the address of a webhook with a slash, and their sender would get 404 for every delivery. */
const withoutSlash = (path: string): string => path.replace(/^(\/webhooks\/[^/]+)\/$/, '$1');

/** Which route a request means. A segment that does not decode, or is empty, is no route of ours. */
export const matchRoute = (method: string, path: string): Match => {
  const matches = ROUTES.flatMap((route) => {
    const argument = argumentOf(route, withoutSlash(path));
    return argument === null ? [] : [{ route, argument }];
  });
  const [first] = matches;
  if (first === undefined) return { kind: 'not-found' };
  const match = matches.find(({ route }) => route.method === method);
  if (match) return { kind: 'found', name: match.route.name, argument: match.argument };
  const allow = matches.map(({ route }) => route.method).join(', ');
  return { kind: 'wrong-method', name: first.route.name, allow };
};

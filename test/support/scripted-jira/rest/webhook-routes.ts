import type { JsonObject } from '../../../../src/domain/json.ts';
import type { Dialect, Kept } from '../webhooks.ts';
import { type Asked, NOTHING_HERE, type Reply, type Route } from './reply.ts';

/** Which webhooks, or which one, a path below the dialect's names. */
const placeOf = (path: string, dialect: Dialect): { id: number | null } | null => {
  if (path === dialect.path) return { id: null };
  const id = path.startsWith(`${dialect.path}/`) ? path.slice(dialect.path.length + 1) : '';
  return /^\d+$/.test(id) ? { id: Number(id) } : null;
};

type Server = { url: string; webhooks: Map<number, Kept>; pages: boolean };

/** The webhooks that administrators make, as this kind of server keeps and shows them. */
export const webhookRoutes = (dialect: Dialect, server: () => Server) => {
  let nextId = 1;

  const put = (id: number, body: JsonObject): Kept => {
    const { webhooks } = server();
    const kept = dialect.take(id, body, webhooks.get(id) ?? null);
    webhooks.set(id, kept);
    return kept;
  };

  const add = (body: JsonObject): number => {
    const { id } = put(nextId, body);
    nextId += 1;
    return id;
  };

  const show = (kept: Kept): JsonObject => dialect.show(kept, server().url);

  const paged = (all: JsonObject[], query: URLSearchParams): JsonObject[] => {
    const [start, limit] = [query.get('start'), query.get('limit')];
    if (!server().pages || start === null || limit === null) return all;
    return all.slice(Number(start), Number(start) + Number(limit));
  };

  const one = ({ method, body }: Asked, id: number): Reply => {
    const kept = server().webhooks.get(id);
    if (kept === undefined) return NOTHING_HERE;
    if (method === 'GET') return { status: 200, value: show(kept) };
    if (method === 'PUT') return { status: 200, value: show(put(id, body)) };
    server().webhooks.delete(id);
    return { status: 204 };
  };

  const route: Route = (asked) => {
    const place = placeOf(asked.path, dialect);
    if (place === null) return null;
    if (place.id !== null) return one(asked, place.id);
    if (asked.method === 'POST') return { status: 201, value: show(put(add({}), asked.body)) };
    return { status: 200, value: paged([...server().webhooks.values()].map(show), asked.query) };
  };

  return { add, route };
};

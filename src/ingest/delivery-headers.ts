import { HOPS_HEADER } from '../domain/hops.ts';
import type { ConnectionKind } from '../domain/source.ts';
import type { HttpRequest } from '../http/request.ts';
import { CONNECTION_SENDERS } from '../senders/registry.ts';

/** What the headers of a delivery say about its body. They are not signed, so the event id ignores them. */
export type DeliveryHeaders = {
  identifier: string | null;
  event_name: string | null;
  /** Headers that are kept for people to read; never one that holds a credential. */
  headers: Record<string, string>;
};

/** Characters of an event's name that are kept; real names are far shorter. */
const MOST_NAME_CHARACTERS = 200;

/** Characters of any other header that are kept: unsigned text must not fill an item. Identifiers have 36. */
const MOST_CHARACTERS = 255;

/** Headers that are kept for every sender. */
const KEPT = ['user-agent', 'content-type', HOPS_HEADER];

/**
 * Reads the headers of a delivery. Missing and empty ones are null, or left out.
 * @param credential the configured header for the sender's secret; people may choose any name
 */
export const readDeliveryHeaders = (
  kind: ConnectionKind,
  headers: HttpRequest['headers'],
  credential: string | null = null,
): DeliveryHeaders => {
  const readable = (name: string | null): name is string =>
    name !== null && name !== credential?.toLowerCase();
  const textOf = (name: string | null): string | null => (readable(name) && headers.get(name)) || null;
  const { identifier, event } = CONNECTION_SENDERS[kind].headers;
  const kept = [...KEPT, identifier, event].filter(readable).flatMap((name) => {
    const text = textOf(name)?.slice(0, MOST_CHARACTERS).toWellFormed();
    return text ? [[name, text]] : [];
  });
  return {
    identifier: textOf(identifier)?.slice(0, MOST_CHARACTERS) ?? null,
    event_name: textOf(event)?.slice(0, MOST_NAME_CHARACTERS) ?? null,
    headers: Object.fromEntries(kept),
  };
};

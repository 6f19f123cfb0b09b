import type { Source } from '../domain/source.ts';
import type { HttpRequest } from '../http/request.ts';
import { SENDERS } from '../senders/registry.ts';

/** Characters of an event's name that are kept; real ones are far shorter. */
const MOST_NAME_CHARACTERS = 200;

/** Characters of an identifier that are kept: what nobody signed must not fill an item. Real ones have 36. */
const MOST_IDENTIFIER_CHARACTERS = 255;

/** What the headers beside a signed body say of it. Nobody signed them: they are no part of its identity. */
export type DeliveryHeaders = { identifier: string | null; event_name: string | null };

/** Missing and empty headers are null. */
export const readDeliveryHeaders = (source: Source, headers: HttpRequest['headers']): DeliveryHeaders => {
  const textOf = (name: string | null): string | null => (name === null ? null : headers.get(name)) || null;
  const { identifier, event } = SENDERS[source].headers;
  return {
    identifier: textOf(identifier)?.slice(0, MOST_IDENTIFIER_CHARACTERS) ?? null,
    event_name: textOf(event)?.slice(0, MOST_NAME_CHARACTERS) ?? null,
  };
};

import { isEventId } from '../domain/event-id.ts';
import { MOST_ANSWER_BYTES } from '../domain/sizes.ts';
import type { RouteHandler } from '../http/dispatch.ts';
import type { Run } from '../http/request.ts';
import { bytesResponse, type HttpResponse, problemResponse } from '../http/response.ts';
import { getEvent } from '../store/events/read-events.ts';
import { notKnown } from './issues.ts';
import type { ReadDeps } from './listing.ts';

/** `GET /bodies/{event_id}`: the bytes that were delivered, from the table or the artifact store. */
export const getBody =
  ({ table, tenant, rawBodies }: ReadDeps): RouteHandler =>
  async (_request, eventId, run) => {
    const { received_ms, signal } = run;
    const found = isEventId(eventId) ? await getEvent({ table, tenant, signal }, eventId, received_ms) : null;
    // The artifact store knows no tenants: it is asked for what is the tenant's, and for nothing else.
    if (found === null) return notKept(run);
    const bytes = found.raw ?? (await rawBodies.get(eventId, signal));
    if (bytes === null) return notKept(run);
    return base64Length(bytes) > MOST_ANSWER_BYTES ? tooLarge(run) : bytesResponse(bytes, `${eventId}.bin`);
  };

const notKept = (run: Run): HttpResponse =>
  notKnown('No body of an event with this id is stored. Events expire, and issues are erased.', run);

/** What an answer of Lambda takes of its limit. */
const base64Length = (bytes: Uint8Array): number => Math.ceil(bytes.length / 3) * 4;

/** No delivery is: ours may be, of what Jira answered, and those of an instance that takes larger bodies. */
const tooLarge = ({ run_id, received_ms }: Run): HttpResponse => {
  const detail = 'This body is larger than an answer may be. npm run event -- ID --raw prints it.';
  return problemResponse({ type: 'body-too-large', status: 413, detail, run_id, received_ms });
};

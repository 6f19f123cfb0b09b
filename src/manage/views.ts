import { toConnectionView } from '../domain/connection-view.ts';
import { type HttpResponse, jsonResponse } from '../http/response.ts';
import type { ConnectionRow } from '../store/connections/connection-row.ts';

/** Answers the row with the secret itself, which cannot be read again later; null for an imported key. */
export const answerWithSecret = (
  status: number,
  row: ConnectionRow,
  secret: string | null,
  baseUrl: string,
): HttpResponse =>
  jsonResponse(status, {
    ...toConnectionView(row),
    secret,
    url: `${baseUrl}/webhooks/${row.connection_id}`,
  });

export const answerRow = (row: ConnectionRow): HttpResponse => jsonResponse(200, toConnectionView(row));

import { toSubscriptionView } from '../../domain/subscription-view.ts';
import { type HttpResponse, jsonResponse } from '../../http/response.ts';
import type { SubscriptionRow } from '../../store/subscriptions/subscription-row.ts';

/** The row, with what people should know of what they chose. @param more what only this change is to be warned of */
export const answerRow = (row: SubscriptionRow, more: string[] = []): HttpResponse =>
  jsonResponse(200, { ...toSubscriptionView(row), warnings: [...more, ...warningsOf(row)] });

/** The same, and once what nobody can read again: here `secret` is the key itself; null for one that was brought. */
export const answerWithSecret = (
  status: number,
  row: SubscriptionRow,
  secret: string | null,
  more: string[] = [],
): HttpResponse =>
  jsonResponse(status, { ...toSubscriptionView(row), secret, warnings: [...more, ...warningsOf(row)] });

const RAW =
  'format raw: the target gets the bytes as their sender wrote them, e-mail addresses and names of people included. format event leaves e-mail addresses out.';

const UNSIGNED =
  'signature none: the target cannot tell what this service sends from what anybody else sends.';

const warningsOf = ({ format, signature }: SubscriptionRow): string[] => [
  ...(format === 'raw' ? [RAW] : []),
  ...(signature === 'none' ? [UNSIGNED] : []),
];

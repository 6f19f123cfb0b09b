import { toSubscriptionView } from '../../domain/subscription-view.ts';
import { type HttpResponse, jsonResponse } from '../../http/response.ts';
import type { SubscriptionRow } from '../../store/subscriptions/subscription-row.ts';

/** Answers the row with warnings about its settings. @param more warnings about this change only */
export const answerRow = (row: SubscriptionRow, more: string[] = []): HttpResponse =>
  jsonResponse(200, { ...toSubscriptionView(row), warnings: [...more, ...warningsOf(row)] });

/** The same with the key itself as `secret`, which cannot be read again later; null for an imported key. */
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

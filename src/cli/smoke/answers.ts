import * as z from 'zod/mini';
import type { ProblemType } from '../../domain/delivery.ts';
import type { Exchange } from '../shared/exchange.ts';
import { failed, ok, type Result } from './check.ts';

/** The body as the schema reads it; null when it is not of this shape, or there is none. */
export const readBody = <T>(answer: Exchange, schema: z.ZodMiniType<T>): T | null => {
  if (answer.kind === 'failed') return null;
  try {
    return schema.parse(JSON.parse(answer.body));
  } catch {
    return null;
  }
};

const problem = z.object({ type: z.string() });
const gatewayAnswer = z.object({ message: z.string() });
const outcome = z.object({ outcome: z.string() });

const OUR_PROBLEM = 'urn:jira-webhook-sync:problem:';

const nameOf = (type: string): string => type.slice(type.lastIndexOf(':') + 1);

/** Words of somebody else's service, cut to what fits a line of a terminal and can do it no harm. */
const shown = (text: string): string => text.replace(/[^\x20-\x7e]/g, '?').slice(0, 80);

/** Status and, in a word, what it says: our problem, our outcome, or the gateway's message. */
export const describeAnswer = (answer: Exchange): string => {
  if (answer.kind === 'failed') return answer.code;
  const type = readBody(answer, problem)?.type;
  const words =
    readBody(answer, outcome)?.outcome ??
    (type === undefined ? undefined : nameOf(type)) ??
    readBody(answer, gatewayAnswer)?.message ??
    '';
  return `${answer.status} ${shown(words)}`.trim();
};

export const hasStatus = (answer: Exchange, status: number): boolean =>
  answer.kind === 'answered' && answer.status === status;

/** Whether our handlers answered, with this problem. */
export const isProblem = (answer: Exchange, status: number, type: ProblemType): boolean =>
  hasStatus(answer, status) && readBody(answer, problem)?.type === `${OUR_PROBLEM}${type}`;

/** Ok or failed, seen as the request and its answer. */
export const judge = (isRight: boolean, request: string, answer: Exchange): Result =>
  (isRight ? ok : failed)(`${request} ${describeAnswer(answer)}`);

import * as z from 'zod/mini';
import { textTable } from '../shared/tables.ts';
import { printable } from '../shared/terminal.ts';
import { listReport, shortStatus, shownExecution } from './row.ts';

const text = z.nullable(z.string());

/** A single execution as the API shows it, with its attempts. */
export const shownWithAttempts = z.extend(shownExecution, {
  result: z.nullable(
    z.object({ status: z.number(), content_type: text, body: z.string(), truncated: z.boolean() }),
  ),
  attempts: z.array(
    z.object({
      at: z.string(),
      status: z.nullable(z.number()),
      duration_ms: z.number(),
      error: text,
      response_headers: z.record(z.string(), z.string()),
      response_body: text,
      is_probe: z.optional(z.boolean()),
    }),
  ),
});

/** What the id in a delivery's answer stands for: all executions of its event. */
export const shownOfEvent = z.object({
  execution_id: z.string(),
  event_id: z.string(),
  status: z.string(),
  executions: z.array(shownExecution),
});

type Shown = z.output<typeof shownWithAttempts>;

/** One execution, its attempts, and the last answer of the target. */
export const showReport = (one: Shown): string =>
  [textTable(['id', one.execution_id], fieldsOf(one)), attemptsReport(one), ...answerOf(one)].join('\n\n');

const fieldsOf = (one: Shown): string[][] =>
  [
    ['status', shortStatus(one)],
    ['reason', one.reason],
    ['issue', one.issue_key],
    ['type', one.event_type && printable(one.event_type)],
    ['event', one.event_id],
    ['subscription', one.subscription_id],
    ['priority', one.priority],
    ['tries', String(one.tries)],
    ['made', one.created_at],
    ['begun', one.started_at],
    ['ended', one.completed_at],
    ['repeats', one.replay_of],
  ].filter((row): row is string[] => row[1] !== null);

const attemptsReport = ({ attempts }: Shown): string =>
  attempts.length === 0
    ? 'Nothing was sent yet.'
    : textTable(
        ['attempt at', 'answer', 'took', 'error'],
        attempts.map(({ at, status, duration_ms, error, is_probe }) => [
          `${at}${is_probe ? ' (probe)' : ''}`,
          status === null ? 'none' : String(status),
          `${duration_ms} ms`,
          printable(error ?? ''),
        ]),
      );

/** The body of the result or, without one, of the last attempt. */
const answerOf = ({ result, attempts }: Shown): string[] => {
  const body = result === null ? attempts.at(-1)?.response_body : result.body;
  if (!body) return [];
  return [`${printable(body)}${result?.truncated ? '\n… (cut)' : ''}`];
};

/** The status of one delivery and its executions. */
export const eventReport = ({ status, event_id, executions }: z.output<typeof shownOfEvent>): string =>
  [
    textTable(['event', event_id], [['status', status]]),
    ...(executions.length === 0 ? [] : [listReport(executions, new Map())]),
  ].join('\n\n');

import * as z from 'zod/mini';
import { isConnectionId } from '../../domain/connection.ts';
import { EVENT_SOURCES } from '../../domain/source.ts';
import { FORMATS, PRIORITIES, RETRIES, SIGNATURES } from '../../domain/subscription.ts';
import { clearable, line, listOf, names, projectKeys } from '../fields.ts';
import { oneOf } from '../forms.ts';

const wholeNumber = (least: number, most: number, what: string) => {
  const must = `must be a whole number from ${least} to ${most}${what}`;
  return z.int(must).check(z.minimum(least, must), z.maximum(most, must));
};

/** Audit events are never sent to targets. */
const SENT_SOURCES = EVENT_SOURCES.filter((source) => source !== 'admin');

const exactly = (holds: (text: string) => boolean, must: string) =>
  z.optional(listOf(holds, { most: 100, must, form: (text) => text }));

/** Accepts unknown event types too, because only senders know all of theirs. */
const isEventType = (text: string): boolean => /^[\x21-\x7e]{1,200}$/.test(text) && !/\*./.test(text);

/** What an event must have to match; an empty list matches every event. */
const filter = z.strictObject(
  {
    connections: exactly(isConnectionId, 'must be the id of a connection, such as con_…'),
    sources: exactly(
      (text) => SENT_SOURCES.some((source) => source === text),
      `must be one of ${SENT_SOURCES.join(', ')}`,
    ),
    event_types: exactly(
      isEventType,
      'must be an event type, such as jira:issue_updated, of 1 to 200 ASCII characters without spaces; * only at its end',
    ),
    projects: projectKeys(100),
    issue_types: names('the name of an issue type, such as Bug'),
    priorities: names('the name of a priority, such as High'),
    request_types: names('the name of a request type'),
    labels: names('a label'),
    changed_fields: names('the name or id of a field, such as status'),
    except_actors: names('an account id'),
  },
  { error: 'must be an object with lists, such as {"projects": ["SHOP"]}' },
);

/** Settings of a new subscription that can also be changed later. */
export const SETTINGS = {
  filter: z.optional(filter),
  url: z.optional(z.string('must be the URL of the target as text')),
  headers: z.optional(
    z.record(
      z.string(),
      z.string('must be text'),
      'must be an object of names and values, such as {"X-Api-Key": "…"}',
    ),
  ),
  format: z.optional(oneOf(FORMATS)),
  signature: z.optional(oneOf(SIGNATURES)),
  priority: z.optional(oneOf([...PRIORITIES, 'by_issue'])),
  concurrency: z.optional(wholeNumber(1, 50, ': so many requests at once')),
  rate_per_second: clearable(wholeNumber(1, 1_000, ', or null for no rate')),
  timeout_seconds: z.optional(wholeNumber(1, 60, '')),
  retry: z.optional(oneOf(RETRIES)),
};

/** The name that people give it. */
export const name = line(100);

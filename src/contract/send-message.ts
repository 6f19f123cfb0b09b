import * as z from 'zod/mini';

const text = z.string();

/**
 * The payload of the send function. `send`: a hint that something of this subscription is due; it may be lost,
 * duplicated or late. `ping`: try the target now and return its answer.
 */
export const sendMessage = z.discriminatedUnion('task', [
  z.object({ task: z.literal('send'), tenant_id: text, subscription_id: text, execution_ids: z.array(text) }),
  z.object({ task: z.literal('ping'), tenant_id: text, subscription_id: text }),
]);
export type SendMessage = z.output<typeof sendMessage>;

/** What the schedule asks of the publish function: start lanes that have something due, or look for missed events. */
export const publishTask = z.object({ task: z.enum(['start-lanes', 'sweep']) });
export type PublishTask = z.output<typeof publishTask>;

/** A target's answer to a ping, as the send function returns it. Without an answer, only `error` is set. */
export const pingAnswer = z.object({
  status: z.nullable(z.number()),
  duration_ms: z.number(),
  error: z.nullable(text),
  response_headers: z.record(text, text),
  response_body: z.nullable(text),
});
export type PingAnswer = z.output<typeof pingAnswer>;

/** Hints to the send function that something is due. Never rejects: a lost hint delays sending by a minute. */
export type Hint = (message: Extract<SendMessage, { task: 'send' }>) => Promise<void>;

/** Sends a ping to a target. @throws UnavailableError when the send function does not answer */
export type Ping = (
  message: Extract<SendMessage, { task: 'ping' }>,
  signal: AbortSignal,
) => Promise<PingAnswer>;

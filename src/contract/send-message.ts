import * as z from 'zod/mini';

const text = z.string();

/**
 * What makes the send function work. `send`: something of this subscription is due; a hint that may be lost, come twice or
 * late. `ping`: try the target now and answer what came back.
 */
export const sendMessage = z.discriminatedUnion('task', [
  z.object({ task: z.literal('send'), tenant_id: text, subscription_id: text, execution_ids: z.array(text) }),
  z.object({ task: z.literal('ping'), tenant_id: text, subscription_id: text }),
]);
export type SendMessage = z.output<typeof sendMessage>;

/** What the schedule makes the publish function do: begin lanes that have something due, or look for what was missed. */
export const publishTask = z.object({ task: z.enum(['start-lanes', 'sweep']) });
export type PublishTask = z.output<typeof publishTask>;

/** What a target answered to a ping, as the send function hands it back: of no answer only `error` tells. */
export const pingAnswer = z.object({
  status: z.nullable(z.number()),
  duration_ms: z.number(),
  error: z.nullable(text),
  response_headers: z.record(text, text),
  response_body: z.nullable(text),
});
export type PingAnswer = z.output<typeof pingAnswer>;

/** Tells the send function that something is due. It never rejects: a hint that is lost costs a minute. */
export type Hint = (message: Extract<SendMessage, { task: 'send' }>) => Promise<void>;

/** Tries a target now. @throws UnavailableError when the send function does not answer */
export type Ping = (
  message: Extract<SendMessage, { task: 'ping' }>,
  signal: AbortSignal,
) => Promise<PingAnswer>;

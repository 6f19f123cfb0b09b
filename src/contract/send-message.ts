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

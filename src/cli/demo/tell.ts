import { deliveryHeaders } from '../deliver/headers.ts';
import { createPost, type Post } from '../deliver/post.ts';
import { readReply } from '../deliver/report.ts';
import type { Step } from './story.ts';

/** A step as it was answered. */
export type Told = { step: Step; status: string; outcome: string; event_id: string; ok: boolean };

const WRONG_SECRET = 'not the secret';

const tell = async (post: Post, secret: string, step: Step): Promise<Told> => {
  const headers = deliveryHeaders(step.body, step.forged ? WRONG_SECRET : secret, step.identifier, {});
  const answered = readReply(await post(headers, step.body));
  const { status, outcome } = step.expected;
  return { step, ...answered, ok: answered.status === String(status) && answered.outcome === outcome };
};

/** The same bytes, when they are taken, must be the same event. */
const isSameEvent = (told: Told, before: Told | undefined): boolean =>
  told.step.forged === true || before === undefined || told.event_id === before.event_id;

/** Sends the steps one after the other; `onTold` is called after each. */
export const tellStory = async (
  story: readonly Step[],
  base: string,
  secret: string,
  onTold: (told: Told, index: number) => void,
): Promise<Told[]> => {
  const post = createPost(new URL('/webhooks/jira', base), 1);
  const all: Told[] = [];
  for (const [index, step] of story.entries()) {
    const answered = await tell(post, secret, step);
    const before = all.find((one) => one.step.body.equals(step.body));
    const told = { ...answered, ok: answered.ok && isSameEvent(answered, before) };
    onTold(told, index);
    all.push(told);
  }
  return all;
};

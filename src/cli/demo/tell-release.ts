import { deliveryHeaders } from '../deliver/headers.ts';
import { createPost } from '../deliver/post.ts';
import { readReply } from '../deliver/report.ts';
import { signatureOf } from '../shared/sign.ts';
import type { Stage } from './own-instance.ts';
import { RELEASE, type ReleaseStep } from './release.ts';

/** A step of the release's chapter as it was answered. */
export type ToldRelease = {
  step: ReleaseStep;
  status: string;
  outcome: string;
  event_id: string;
  ok: boolean;
};

const headersOf = ({ source, body }: ReleaseStep, { secret, commitsSecret }: Stage) =>
  source === 'jira'
    ? deliveryHeaders(body, secret, undefined, {})
    : {
        'content-type': 'application/json',
        'x-hub-signature-256': signatureOf(commitsSecret, body),
        'content-length': String(body.length),
      };

/** Sends the chapter's deliveries one after the other; `onTold` is called after each. */
export const tellRelease = async (
  stage: Stage,
  onTold: (told: ToldRelease, index: number) => void,
): Promise<ToldRelease[]> => {
  const all: ToldRelease[] = [];
  for (const [index, step] of RELEASE.entries()) {
    const post = createPost(new URL(`/webhooks/${step.source}`, stage.url), 1);
    const answered = readReply(await post(headersOf(step, stage), step.body));
    const told = { step, ...answered, ok: answered.status === '202' };
    onTold(told, index);
    all.push(told);
  }
  return all;
};

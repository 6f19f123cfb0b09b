import type { ConnectionKind } from '../../domain/source.ts';
import type { Taken } from '../take.ts';

/** What an admin may look at where a body is no JSON: by its sender, since each has a setting of its own for it. */
const HINTS: Record<ConnectionKind, string> = {
  jira: 'In Jira, edit the webhook and switch off "Exclude body". Nothing on the way may change the body.',
  automation: 'In Jira, edit the rule and choose "Issue data (Jira format)" as the body of the web request.',
  github: 'In GitHub, edit the webhook and choose application/json as its content type.',
  gitlab: 'GitLab sends JSON unless a template changes it: check "Custom webhook template".',
  bitbucket: 'Bitbucket sends JSON: nothing on the way may change the body.',
  bitbucket_server: 'Bitbucket sends JSON: nothing on the way may change the body.',
  commits: 'Send what `npm run commits` prints, as JSON in UTF-8.',
};

/** For a body that was quarantined because it is no JSON: what was found in it, else what is usual. */
export const hintFor = (kind: ConnectionKind, taken: Taken): { hint?: string } =>
  taken.kind === 'quarantined' && taken.problem.status === 400
    ? { hint: taken.problem.hint ?? HINTS[kind] }
    : {};

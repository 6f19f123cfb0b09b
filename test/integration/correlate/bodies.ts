type IssueParts = { type?: object; from?: string; event?: string; versions?: string[]; project?: string };

const jiraTime = (day: number): string => `2026-03-${String(day).padStart(2, '0')}T00:00:00.000+0000`;

/** What Jira sends of an issue; a later day makes a newer version. */
export const issueBody = (id: string, key: string, day: number, parts: IssueParts = {}): string =>
  JSON.stringify({
    webhookEvent: parts.event ?? 'jira:issue_updated',
    timestamp: Date.UTC(2026, 2, day),
    issue: {
      id,
      key,
      fields: {
        summary: `issue ${id}`,
        updated: jiraTime(day),
        issuetype: { name: 'Story', subtask: false, hierarchyLevel: 0, ...parts.type },
        fixVersions: (parts.versions ?? ['1.2.0']).map((name) => ({ name })),
        ...(parts.project === undefined ? {} : { project: { key: parts.project } }),
      },
    },
    ...(parts.from === undefined
      ? {}
      : { changelog: { items: [{ field: 'Key', fromString: parts.from, toString: key }] } }),
  });

export const deletionBody = (id: string, key: string, day: number): string =>
  issueBody(id, key, day, { event: 'jira:issue_deleted' });

const HEX_LETTERS = 'a'.repeat(40);

/** The n-th sha of a test: letters, then the number. */
export const shaOf = (n: number): string => `${HEX_LETTERS}${n}`.slice(-40);

/** The number of a sha that `shaOf` made. */
export const numberOf = (sha: string): number => Number(sha.replace(/^a+/, ''));

/** A commit as `POST /webhooks/commits` lists it. */
export const commit = (n: number, message: string, more: object = {}): object => ({
  sha: shaOf(n),
  message,
  author: 'Ada Example',
  committed_at: new Date(Date.UTC(2026, 2, 1, 0, 0, n)).toISOString(),
  ...more,
});

export const commitsBody = (...commits: object[]): string =>
  JSON.stringify({ repository: 'acme/shop', commits });

/** GitHub's `pull_request` event; `minute` orders the titles of one pull request. */
export const pullRequestBody = (id: number, title: string, head: number, minute: number): string =>
  JSON.stringify({
    action: 'edited',
    repository: { full_name: 'acme/shop' },
    pull_request: {
      number: id,
      title,
      html_url: `https://git.example.com/acme/shop/pull/${id}`,
      updated_at: new Date(Date.UTC(2026, 2, 1, 1, minute)).toISOString(),
      head: { ref: 'main', sha: shaOf(head) },
      merged: false,
      merge_commit_sha: null,
    },
  });

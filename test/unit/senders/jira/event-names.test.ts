import { describe, expect, it } from 'vitest';
import { EVENT_NAMES, isKnownEvent } from '../../../../src/senders/jira/event-names.ts';

const names = Object.values(EVENT_NAMES).flat();

describe('the names of events', () => {
  it('are the 57 that Atlassian documents, each once, because a lost one would look like an unknown event', () => {
    expect(names).toHaveLength(57);
    expect(new Set(names).size).toBe(57);
  });

  it('are grouped by subject in the documented numbers, because that is how the list is checked', () => {
    const counts = Object.fromEntries(
      Object.entries(EVENT_NAMES).map(([group, list]) => [group, list.length]),
    );
    expect(counts).toEqual({
      issue: 3,
      issue_property: 2,
      worklog: 3,
      comment: 3,
      attachment: 2,
      issue_link: 2,
      issue_type: 3,
      project: 7,
      version: 7,
      filter: 3,
      user: 3,
      option: 7,
      sprint: 5,
      board: 4,
      app_access: 2,
      expression: 1,
    });
  });

  it.each(['jira:issue_updated', 'comment_deleted', 'jira:version_merged', 'sprint_closed'])(
    'knows %s, because it is documented',
    (name) => {
      expect(isKnownEvent(name)).toBe(true);
    },
  );

  it.each(['issue_updated', 'jira:comment_deleted', 'toString', '__proto__', ''])(
    'does not know "%s", because the prefix is part of a name and a prototype is no list',
    (name) => {
      expect(isKnownEvent(name)).toBe(false);
    },
  );
});

import { type Candidates, type Links, type RefState, RULES } from '../../domain/link.ts';
import { MOST_KEYS, shorterFirst, truncatedIf, unique } from './joins.ts';

/**
 * The issues that a commit or pull request belongs to. The first rule that names at least one issue wins, and all
 * issues it names count. Of the readings of one key, only the first that names an issue counts.
 * @param issueOf returns the id of the known, not deleted issue that a key names, or null
 * @returns null when no rule names an issue
 */
export const evaluate = (candidates: Candidates, issueOf: (key: string) => string | null): Links | null => {
  const meant = (readings: string[]): string | null => {
    for (const key of readings) {
      const id = issueOf(key);
      if (id !== null) return id;
    }
    return null;
  };
  for (const rule of RULES) {
    const ids = readingsOf(candidates[rule])
      .map(meant)
      .filter((id) => id !== null);
    if (ids.length > 0) return { rule, issue_ids: unique(ids).sort(shorterFirst) };
  }
  return null;
};

/**
 * What each key may mean, the longest reading first: `_` is part of some projects' keys and separates words elsewhere,
 * so `FEATURE_ABC-1` may mean that or `ABC-1`. At most `MOST_KEYS` in total, if there are no more keys than that,
 * because each reading is stored as a candidate that never expires.
 */
export const readingsOf = (keys: string[]): string[][] => {
  let room = MOST_KEYS - keys.length;
  return keys.map((key) => {
    const shorter = shorterReadings(key).slice(0, room);
    room -= shorter.length;
    return [key, ...shorter];
  });
};

/** A project's key begins with a letter and has at least two characters. */
const READING = /^[A-Z][A-Z0-9_]+-/;

/** The text after each `_` of a key, where that may be a key too, longest first. */
const shorterReadings = (key: string): string[] => {
  const parts = key.split('_');
  return parts.slice(1).flatMap((_, index) => {
    const rest = parts.slice(index + 1).join('_');
    return READING.test(rest) ? [rest] : [];
  });
};

/**
 * The keys a commit or pull request names, by rule; at most `MOST_KEYS` of each. Each rule has a limit of its own,
 * because a second report of a commit must not displace keys that the first one named.
 */
export const candidatesOf = (state: RefState): Candidates => {
  const { message, branch, pull_request_title, pull_request_body } = namedBy(state);
  return {
    message: message.slice(0, MOST_KEYS),
    branch: branch.slice(0, MOST_KEYS),
    pull_request_title: pull_request_title.slice(0, MOST_KEYS),
    pull_request_body: pull_request_body.slice(0, MOST_KEYS),
  };
};

/** The keys in this state's texts, by rule; those of several pull requests in the order of their numbers. */
const namedBy = (state: RefState): Candidates => {
  if (state.kind === 'pull_request')
    return {
      message: [],
      branch: state.branch_keys,
      pull_request_title: state.title_keys,
      pull_request_body: state.body?.keys ?? [],
    };
  const byId = Object.entries(state.pull_requests).sort(([a], [b]) => shorterFirst(a, b));
  return {
    message: state.details?.keys ?? [],
    branch: state.branch_keys,
    pull_request_title: unique(byId.flatMap(([, { keys }]) => keys)),
    pull_request_body: unique(byId.flatMap(([, { body }]) => body?.keys ?? [])),
  };
};

/** The keys of all rules in every reading, in the order of the rules, each once. */
export const allCandidates = (state: RefState): string[] => {
  const candidates = candidatesOf(state);
  const named = RULES.flatMap((rule) => candidates[rule]);
  const readings = RULES.flatMap((rule) => readingsOf(candidates[rule]).flat());
  return unique([...named, ...readings]);
};

/** True when it names more keys, or these have more readings, than are looked at. */
export const isTruncated = (state: RefState): boolean => {
  const named = namedBy(state);
  return (
    RULES.some((rule) => leavesOut(named[rule])) ||
    saidBy(state).some((said) => said?.keys_truncated === true)
  );
};

/** True when there are more readings than `readingsOf` gives. */
export const leavesOut = (keys: string[]): boolean =>
  keys.length + keys.flatMap(shorterReadings).length > MOST_KEYS;

/** The parts of a state that may carry `keys_truncated`. */
const saidBy = (state: RefState): ({ keys_truncated?: true } | null | undefined)[] => {
  if (state.kind === 'pull_request')
    return [state, state.body, truncatedIf(state.title_keys_truncated === true)];
  const held = Object.values(state.pull_requests);
  return [state, state.details, ...held, ...held.map(({ body }) => body)];
};

/** Joins the links of two rows of one commit: the earlier rule wins, as it would in a single row. */
export const joinLinks = (a: Links | null, b: Links | null): Links | null => {
  if (a === null || b === null) return a ?? b;
  if (a.rule !== b.rule) return RULES.indexOf(a.rule) < RULES.indexOf(b.rule) ? a : b;
  return { rule: a.rule, issue_ids: unique([...a.issue_ids, ...b.issue_ids]).sort(shorterFirst) };
};

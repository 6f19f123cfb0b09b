import { type Candidates, type Links, type RefState, RULES } from '../domain/link.ts';
import { MOST_KEYS } from './named.ts';
import { compareIds, unique } from './order.ts';

const namedBy = (state: RefState): Candidates => {
  if (state.kind === 'pull_request')
    return { message: [], branch: state.branch_keys, pull_request_title: state.title_keys };
  const titles = Object.entries(state.pull_requests).sort(([a], [b]) => compareIds(a, b));
  return {
    message: state.details?.keys ?? [],
    branch: state.branch_keys,
    pull_request_title: unique(titles.flatMap(([, { keys }]) => keys)),
  };
};

const inRuleOrder = (candidates: Candidates): string[] =>
  unique(RULES.flatMap((rule) => candidates[rule])).slice(0, MOST_KEYS);

/** The keys a commit or pull request names, by where it names them; at most `MOST_KEYS` different ones in all. */
export const candidatesOf = (state: RefState): Candidates => {
  const named = namedBy(state);
  const kept = new Set(inRuleOrder(named));
  return {
    message: named.message.filter((key) => kept.has(key)),
    branch: named.branch.filter((key) => kept.has(key)),
    pull_request_title: named.pull_request_title.filter((key) => kept.has(key)),
  };
};

/** The keys of all rules, in the order of the rules, each once, at most `MOST_KEYS`. */
export const allCandidates = (state: RefState): string[] => inRuleOrder(namedBy(state));

/**
 * The issues it belongs to: the first rule that names at least one wins, and all it names count. `issueOf`
 * answers the id of the known, not deleted issue that a key names, or null. Null when no rule names any.
 */
export const evaluate = (candidates: Candidates, issueOf: (key: string) => string | null): Links | null => {
  for (const rule of RULES) {
    const ids = candidates[rule].map(issueOf).filter((id) => id !== null);
    if (ids.length > 0) return { rule, issue_ids: unique(ids).sort(compareIds) };
  }
  return null;
};

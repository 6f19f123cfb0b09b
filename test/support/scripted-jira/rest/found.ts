import { parseJql, type Query } from '../jql.ts';
import type { Issue } from '../model/records.ts';
import { mayRead, type RestSite } from './reply.ts';

/** What a query finds in the index as it is now, in its order; archived projects are not in it. @throws JqlError */
export const findAll = ({ index }: RestSite, jql: string, strict: boolean): Issue[] => {
  const seen = index.see();
  const { matches, oldestFirst }: Query = parseJql(jql, seen, strict);
  const found = index
    .sorted()
    .filter(
      (issue) =>
        matches(issue) && mayRead(seen, issue) && seen.projects.get(issue.project_id)?.status === 'live',
    );
  return oldestFirst ? found : found.reverse();
};

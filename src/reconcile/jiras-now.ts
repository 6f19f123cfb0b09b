import { DAY_MS } from '../domain/instant.ts';
import type { Session } from './session.ts';

/** Jira's clock; ours where that is more than a day ahead of it, as one wrong answer may be. @throws JiraError */
export const jirasNow = async ({ deps, reads }: Pick<Session, 'deps' | 'reads'>): Promise<number> => {
  const now = await (await reads()).now();
  return now > deps.clock() + DAY_MS ? deps.clock() : now;
};

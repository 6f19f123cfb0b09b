import { makePlan, planned, type Wish } from '../../../src/cli/commits/plan.ts';

/** The message and the branch of each commit that a run would send, in order. */
export const planSent = async (wish: Wish): Promise<[string, string | null][]> => {
  const sent: [string, string | null][] = [];
  for await (const { message, branch } of planned(await makePlan(wish))) sent.push([message, branch ?? null]);
  return sent;
};

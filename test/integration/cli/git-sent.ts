import { makePlan, planned, type Wish } from '../../../src/cli/commits/plan.ts';

/** What a run would send, in order: each commit's first word and its branch, `-` for none. */
export const sentFrom = async (repo: string, wish: Omit<Wish, 'repo'> = {}): Promise<string[]> => {
  const sent: string[] = [];
  for await (const { message, branch } of planned(await makePlan({ repo, ...wish })))
    sent.push(`${message.split(/\s/, 1)[0]} ${branch ?? '-'}`);
  return sent;
};

/**
 * What was looked at. `unseen`: the endpoint shows nothing of what the template asks for, so nothing is proven
 * of it either way.
 */
export type Finding = { what: string; state: 'right' | 'wrong' | 'unseen' };

/** Right or wrong. */
export const expectFact = (what: string, isRight: boolean): Finding => ({
  what,
  state: isRight ? 'right' : 'wrong',
});

/** Right, or the endpoint has dropped it: compatible servers say nothing when they do. */
export const seeFact = async (what: string, isRight: () => Promise<boolean>): Promise<Finding> => {
  try {
    return { what, state: (await isRight()) ? 'right' : 'unseen' };
  } catch {
    return { what, state: 'unseen' };
  }
};

const WORDS = { right: 'as the template says', wrong: 'WRONG', unseen: 'not shown by this endpoint' };

export const describeFinding = ({ what, state }: Finding): string => `${what}: ${WORDS[state]}`;

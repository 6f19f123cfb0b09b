/** Waits for all promises, even if one fails: no work goes on after it returns. @throws the first fault */
export const allOf = async <T>(works: readonly Promise<T>[]): Promise<T[]> => {
  const settled = await Promise.allSettled(works);
  return settled.map((one) => {
    if (one.status === 'rejected') throw one.reason;
    return one.value;
  });
};

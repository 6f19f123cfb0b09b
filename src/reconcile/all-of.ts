/** Waits for all of them, also when one fails: nothing goes on behind the back of who waits. @throws the first fault */
export const allOf = async <T>(works: readonly Promise<T>[]): Promise<T[]> => {
  const settled = await Promise.allSettled(works);
  return settled.map((one) => {
    if (one.status === 'rejected') throw one.reason;
    return one.value;
  });
};

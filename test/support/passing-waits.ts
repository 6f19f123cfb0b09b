/**
 * A clock that only its own waits move, for work that waits until a time: by the system's clock it would spin until
 * then, however short the waits are.
 */
export const passingWaits = () => {
  let now = Date.now();
  return {
    clock: (): number => now,
    sleep: async (ms: number): Promise<void> => {
      now += ms;
    },
  };
};

/** Ends a wait early; a ring while nobody waits counts for the next wait. */
export type Bell = { ring(): void; wait(ms: number): Promise<void> };

export const createBell = (): Bell => {
  let rung = false;
  let wake = (): void => {};
  return {
    ring: () => {
      rung = true;
      wake();
    },
    wait: async (ms) => {
      if (!rung)
        await new Promise<void>((done) => {
          const timer = setTimeout(done, ms);
          wake = () => {
            clearTimeout(timer);
            done();
          };
        });
      rung = false;
    },
  };
};

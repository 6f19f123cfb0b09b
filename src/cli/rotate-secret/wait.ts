/**
 * Between staging a secret and showing it. A process that knows only the old keys looks again when a signature
 * matches nothing, but at most once in 30 s; twice that, so that a stranger's signature cannot have used the look up.
 */
const WAIT_SECONDS = 60;

export type WaitOutput = { isTTY?: boolean; write(text: string): unknown };

/** Waits 60 s: with a countdown on a terminal, else after one line that says so. */
export const waitForReceivers = async (
  sleep: (ms: number) => Promise<unknown>,
  output: WaitOutput,
): Promise<void> => {
  if (!output.isTTY) {
    output.write(`Waiting ${WAIT_SECONDS} s\n`);
    await sleep(WAIT_SECONDS * 1000);
    return;
  }
  for (let left = WAIT_SECONDS; left > 0; left -= 1) {
    output.write(`\rWaiting ${String(left).padStart(2)} s `);
    await sleep(1000);
  }
  output.write('\r                \r');
};

import { afterAll, beforeAll } from 'vitest';
import { startTestEngine } from './engine.ts';

/** An engine of the test file's own, from before the hooks and tests that follow until after them. */
export const useEngine = (): { readonly endpoint: string; readonly pid: number } => {
  let engine: Awaited<ReturnType<typeof startTestEngine>>;
  beforeAll(async () => {
    engine = await startTestEngine();
  });
  afterAll(() => engine.stop());
  return {
    get endpoint() {
      return engine.endpoint;
    },
    get pid() {
      return engine.pid;
    },
  };
};

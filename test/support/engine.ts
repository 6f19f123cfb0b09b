import { startEngine } from '../../src/local/engine.ts';

/** An embedded DynamoDB in memory for a test file; call `stop` in `afterAll`. */
export const startTestEngine = async (): Promise<{
  endpoint: string;
  pid: number;
  stop: () => Promise<void>;
}> => startEngine();

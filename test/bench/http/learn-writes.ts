import { startMeteredInstance } from '../shared/local-instance.ts';
import { bodyWith, nextMarks } from './bodies.ts';
import { type Templates, templatesOf } from './floor-writes.ts';

/**
 * The writes of one delivery of a new issue, as an instance of ours makes them.
 * @param description makes the delivery, and what is written of it, larger
 */
export const learnWrites = async (owned: AsyncDisposableStack, description?: string): Promise<Templates> => {
  await using own = owned.use(new AsyncDisposableStack());
  const { proxy, deliver } = await startMeteredInstance(own);
  const marks = nextMarks(0);
  await deliver(bodyWith(marks, 'jira:issue_created', description));
  return templatesOf(proxy.writes, marks);
};

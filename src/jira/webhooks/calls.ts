import * as z from 'zod/mini';
import type { JiraClient } from '../client.ts';
import { JiraError } from '../jira-error.ts';

/** The calls for one webhook, which Cloud and Data Center have alike under a path of their own. */
export const callsAt = <Entry, Created>(
  client: JiraClient,
  path: string,
  { entry, created }: { entry: z.ZodMiniType<Entry>; created: z.ZodMiniType<Created> },
) => {
  const pathOf = (id: string): string => `${path}/${id}`;
  return {
    get: (id: string): Promise<Entry> => client.send({ method: 'GET', path: pathOf(id), answer: entry }),
    post: (body: object): Promise<Created> => client.send({ method: 'POST', path, body, answer: created }),
    put: async (id: string, body: object): Promise<void> => {
      await client.send({ method: 'PUT', path: pathOf(id), body, answer: z.unknown() });
    },
    /** One that is gone already is as good. */
    remove: async (id: string): Promise<void> => {
      await client.send({ method: 'DELETE', path: pathOf(id), answer: z.unknown() }).catch(unlessGone);
    },
  };
};

const unlessGone = (fault: unknown): void => {
  if (!(fault instanceof JiraError && fault.fault === 'missing')) throw fault;
};

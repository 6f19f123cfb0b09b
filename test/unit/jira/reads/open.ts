import { createJiraClient } from '../../../../src/jira/client.ts';
import { openReads } from '../../../../src/jira/reads/open-reads.ts';
import type { Reads } from '../../../../src/jira/reads/reads.ts';
import {
  type Answered,
  type AnsweringJira,
  type Asked,
  hello,
  startAnsweringJira,
} from '../../../support/answering-jira.ts';
import { passingWaits } from '../../../support/passing-waits.ts';

export type Opened = { reads: Reads; jira: AnsweringJira; asked: () => Asked[] };

/** Reads of a Jira that answers what the function says, and `hello` otherwise. Waits pass at once. */
export const openAnswering = async (
  kind: 'cloud' | 'data-center',
  answer: (asked: Asked) => Answered,
): Promise<Opened> => {
  const jira = await startAnsweringJira((asked) => hello(kind, asked) ?? answer(asked));
  const site = { authorization: 'Bearer canary', url: jira.url, api: jira.url };
  const fast = { at_once: 4, a_second: Number.POSITIVE_INFINITY };
  const client = createJiraClient(site, fast, passingWaits());
  const reads = await openReads(client, site);
  const before = jira.log.length;
  return { reads, jira, asked: () => jira.log.slice(before) };
};

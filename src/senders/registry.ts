import type { Source } from '../domain/source.ts';
import { bitbucket } from './bitbucket/sender.ts';
import { commits } from './commits/sender.ts';
import { github } from './github/sender.ts';
import { jira } from './jira/sender.ts';
import type { Sender } from './sender.ts';

/** Every source. Without an entry for each name this does not compile. */
export const SENDERS: Record<Source, Sender> = { jira, github, bitbucket, commits };

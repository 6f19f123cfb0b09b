import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { JsonObject } from '../../../src/domain/json.ts';
import { BODY_FIELDS } from '../../../src/jira/reads/common.ts';
import { PROJECT_FOLDER } from '../../../src/local/project.ts';
import { systemClock } from '../../../src/platform/clock.ts';
import { bodyOf } from '../../support/scripted-jira/model/body.ts';
import { createSite } from '../../support/scripted-jira/model/site.ts';

/** English as people write it, which compresses as their descriptions do; the same for ever. */
const PROSE = readFileSync(join(PROJECT_FOLDER, 'LICENSE'), 'utf8').replace(/\s+/g, ' ');

/** So much of it, from the beginning. */
export const prose = (characters: number): string =>
  PROSE.repeat(Math.ceil(characters / PROSE.length)).slice(0, characters);

const site = createSite(() => systemClock);

/** An issue that nobody knows yet, as the scripted Jira's bulkfetch shows it, with so many characters of description. */
export const newIssueBody = (description: number): JsonObject => {
  const project = site.project('BENCH');
  const issue = site.create(project, { description: prose(description) }, { silent: true });
  return bodyOf(
    site.state,
    issue,
    { cloud: true, url: 'http://127.0.0.1:8080', count: issue.id },
    BODY_FIELDS,
  );
};

export const bytesOf = (issue: JsonObject): number => Buffer.byteLength(JSON.stringify(issue));

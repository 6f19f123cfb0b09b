import type { IssueLink } from '../../domain/issue.ts';
import { isJsonObject, own } from '../../domain/json.ts';
import { isAbsent, type Read, readKeyText, readName, readPart } from '../readers.ts';

/** One entry of `issuelinks`: the linked issue is in `outwardIssue` or in `inwardIssue`. */
export const readLink: Read<IssueLink> = (value, note) => {
  if (!isJsonObject(value)) return undefined;
  const outward = own(value, 'outwardIssue');
  const direction = isAbsent(outward) ? 'inward' : 'outward';
  const linked = isAbsent(outward) ? own(value, 'inwardIssue') : outward;
  if (!isJsonObject(linked)) return undefined;
  return {
    type: readPart(readName, value, 'type', note),
    direction,
    issue_key: readPart(readKeyText, linked, 'key', note),
  };
};

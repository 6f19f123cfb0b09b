import type { Survivor } from './report.ts';

/** Changes that no test can notice, and why. `code`: a part of the line; `replacement`: all of it, or any. */
type Explanation = { file: string; code: string; replacement?: string; why: string };

const NO_KEY = 'the other text names no key either';
const EQUAL = 'what compares equal here is equal in everything, so either will do';

const ONE_PART = 'a split text has at least one part; the default only tells the compiler so';
const SLOWER = 'the same is found with more work';
const NOT_ASKED = 'the type wants it told apart; nobody asks for this one by its name';
const NOT_READ =
  'only the name of such a fault is shown, never its words; and a row vanishes only in between two calls';
const TOO_SLOW = 'held by a test that takes too long to run for every change (skip-slow.ts)';

const EXPLAINED: Explanation[] = [
  {
    file: 'src/correlate/rules/commit-state.ts',
    code: "branch ?? ''",
    replacement: '"Stryker was here!"',
    why: NO_KEY,
  },
  {
    file: 'src/correlate/rules/pull-request-state.ts',
    code: "branch ?? ''",
    replacement: '"Stryker was here!"',
    why: NO_KEY,
  },
  {
    file: 'src/correlate/rules/joins.ts',
    code: 'a >= b ? a : b',
    replacement: 'a > b',
    why: EQUAL,
  },
  {
    file: 'src/correlate/rules/joins.ts',
    code: 'JSON.stringify(first) >= JSON.stringify(second)',
    replacement: 'JSON.stringify(first) > JSON.stringify(second)',
    why: EQUAL,
  },
  {
    file: 'src/correlate/rules/joins.ts',
    code: 'a.length !== b.length',
    replacement: 'a.length >= b.length',
    why: 'they are not equal here',
  },
  {
    file: 'src/correlate/rules/joins.ts',
    code: 'a === b ? 0',
    replacement: 'a <= b',
    why: 'they are not equal here',
  },
  {
    file: 'src/correlate/rules/pull-request-state.ts',
    code: "[line = '']",
    why: ONE_PART,
  },
  {
    file: 'src/correlate/rules/pull-request-state.ts',
    code: 'line.slice(0, 2 * MOST_CODE_POINTS)',
    replacement: 'line',
    why: 'it only bounds the work of what is cut afterwards',
  },
  {
    file: 'src/correlate/rules/find-keys.ts',
    code: 'branch.replace(/[a-z]+/g',
    replacement: '/[a-z]/g',
    why: 'letter by letter is the same',
  },
  {
    file: 'src/verify/secret-source.ts',
    code: 'keys: this.#value?.keys ?? []',
    why: 'it is asked only after `keys`, and then there is a value',
  },
  {
    file: 'src/verify/secret-source.ts',
    code: '{ ref: false }',
    why: 'whether a timer keeps a process alive shows where one ends, not in a test of many',
  },
  {
    file: 'src/verify/secret-source.ts',
    code: 'failed: false };',
    replacement: 'true',
    why: 'the first fetch replaces it before anything reads it',
  },
  {
    file: 'src/verify/secret-source.ts',
    code: 'fetched.number > (',
    replacement: 'fetched.number >= (this.#value?.number ?? 0)',
    why: 'no two fetches have the same number',
  },
  {
    file: 'src/verify/secret-source.ts',
    code: 'fetched.number > this.#last.number',
    replacement: 'fetched.number >= this.#last.number',
    why: 'no two fetches have the same number',
  },
  {
    file: 'src/verify/verify-delivery.ts',
    code: 'version !== 0',
    replacement: 'true',
    why: 'Node finds what is no address in no list',
  },
  {
    file: 'src/verify/verify-delivery.ts',
    code: 'version !== 0',
    replacement: '""',
    why: 'Node takes any other name for IPv6',
  },
  {
    file: 'src/verify/secret-document.ts',
    code: '} catch {',
    replacement: '{}',
    why: 'undefined is what is returned without saying so',
  },
  {
    file: 'src/verify/secret-document.ts',
    code: 'text === null ? undefined',
    replacement: 'false',
    why: 'null as JSON is no object either',
  },
  {
    file: 'src/verify/secret-document.ts',
    code: "typeof untilText === 'string'",
    replacement: 'true',
    why: 'what is no text is no instant either',
  },
  {
    file: 'src/verify/secrets-manager.ts',
    code: 'requestHandler: {',
    why: TOO_SLOW,
  },
  {
    file: 'src/verify/secrets-manager.ts',
    code: '{ abortSignal }',
    replacement: '{}',
    why: TOO_SLOW,
  },
  {
    file: 'src/verify/secrets-manager.ts',
    code: 'until !== null',
    replacement: 'true',
    why: 'no time is before null',
  },
  {
    file: 'src/verify/schemes.ts',
    code: 'name === undefined ? undefined',
    replacement: 'false',
    why: 'there is no header without a name',
  },
  {
    file: 'src/verify/schemes.ts',
    code: 'value === undefined',
    replacement: 'false',
    why: 'a missing one has no known form either',
  },
  {
    file: 'src/verify/schemes.ts',
    code: 'keyObjects.set(key, imported)',
    replacement: ';',
    why: SLOWER,
  },
  {
    file: 'src/verify/schemes.ts',
    code: 'expected.length === digest.length',
    replacement: 'true',
    why: 'each form has the length of its method; the check is for whoever adds one',
  },
  {
    file: 'src/verify/verify-delivery.ts',
    code: 'keys === known',
    replacement: 'false',
    why: SLOWER,
  },
  {
    file: 'src/senders/jira/parse.ts',
    code: '} catch {',
    replacement: '{}',
    why: TOO_SLOW,
  },
  {
    file: 'src/senders/jira/parse.ts',
    code: "isInexact(at(body, 'issue', 'id'))",
    replacement: 'true',
    why: SLOWER,
  },
  {
    file: 'src/senders/jira/parse.ts',
    code: 'context?.source',
    replacement: 'context.source',
    why: 'Node always tells the source',
  },
  {
    file: 'src/senders/commits/parse.ts',
    code: "typeof value === 'number'",
    replacement: 'true',
    why: 'only a number is a safe integer',
  },
  {
    file: 'src/senders/commits/parse.ts',
    code: "code: 'custom'",
    replacement: '""',
    why: NOT_ASKED,
  },
  {
    file: 'src/senders/jira/parse.ts',
    code: 'text.length <= 400',
    why: SLOWER,
  },
  {
    file: 'src/senders/jira/parse.ts',
    code: "'must be a JSON object'",
    replacement: '""',
    why: 'what is no object was refused before',
  },
  {
    file: 'src/senders/read-json.ts',
    code: "kind: 'json'",
    replacement: '""',
    why: NOT_ASKED,
  },
  {
    file: 'src/senders/jira/parse.ts',
    code: "'delivery' in recognition ||",
    why: SLOWER,
  },
  {
    file: 'src/senders/jira/parse.ts',
    code: 'exact === null',
    replacement: 'false',
    why: TOO_SLOW,
  },
  {
    file: 'src/senders/jira/sprint.ts',
    code: 'start < 0',
    replacement: 'start <= 0',
    why: 'a name begins behind its mark',
  },
  {
    file: 'src/senders/jira/sprint.ts',
    code: 'board < free',
    replacement: 'board <= free',
    why: 'no two marks stand at one place',
  },
  {
    file: 'src/senders/jira/adf.ts',
    code: "typeof type === 'string'",
    replacement: 'true',
    why: 'nothing but a text is a name of a leaf',
  },
  {
    file: 'src/senders/jira/adf.ts',
    code: "let gap: Gap = ''",
    why: 'no gap is written before the first piece',
  },
  {
    file: 'src/senders/jira/adf.ts',
    code: 'STRENGTH[task.gap] > STRENGTH[gap]',
    replacement: 'STRENGTH[task.gap] >= STRENGTH[gap]',
    why: 'gaps of one strength are the same gap',
  },
  {
    file: 'src/senders/jira/issue-of-event.ts',
    code: "?? '') : ''",
    replacement: '"Stryker was here!"',
    why: 'no issue has this id either',
  },
  {
    file: 'src/senders/jira/issue-of-event.ts',
    code: 'if (named || derived ||',
    why: 'the subject of a project event is a project, so it has no issue that names another',
  },
  {
    file: 'src/senders/jira/normalize.ts',
    code: 'issueId === null || issueKey === null',
    replacement: 'false',
    why: 'without fields there is no time of an update either',
  },
  {
    file: 'src/senders/jira/private-data.ts',
    code: "if (!text.endsWith(')')) return text;",
    why: SLOWER,
  },
  {
    file: 'src/senders/jira/private-data.ts',
    code: "url.split('?', 1)[0] ?? ''",
    replacement: '"Stryker was here!"',
    why: ONE_PART,
  },
  {
    file: 'src/senders/jira/private-data.ts',
    code: "if (typeof value !== 'string') return value;",
    replacement: 'false',
    why: 'nothing but a text looks like an address',
  },
  {
    file: 'src/domain/fit.ts',
    code: 'a < b ? -1 : 1',
    replacement: 'a <= b',
    why: 'no two names are the same',
  },
  {
    file: 'src/domain/fit.ts',
    code: "last !== undefined && typeof fields[last] === 'string'",
    replacement: 'true',
    why: 'no field has the name undefined; it only tells the compiler so',
  },
  {
    file: 'src/senders/shared/readers.ts',
    code: "value.split('<', 1)[0] ?? ''",
    replacement: '"Stryker was here!"',
    why: ONE_PART,
  },
  {
    file: 'src/senders/commits/normalize.ts',
    code: 'author_name: one(readAuthorName',
    why: 'what is no author was refused before',
  },
  {
    file: 'src/senders/shared/readers.ts',
    code: "typeof value === 'number' && Number.isSafeInteger(value)",
    replacement: 'true',
    why: 'only a number is an integer',
  },
  {
    file: 'src/senders/shared/readers.ts',
    code: "if (typeof value !== 'string') return undefined;",
    replacement: 'false',
    why: 'our own format is refused before unless its branch is a text; elsewhere a test notices it',
  },
  {
    file: 'src/senders/jira/normalize.ts',
    code: "typeof value === 'number' && Number.isInteger(value)",
    replacement: 'true',
    why: 'only a number is an integer',
  },
  {
    file: 'src/senders/jira/normalize.ts',
    code: 'ms !== null && ms >= FIRST_UPDATE_MS',
    replacement: 'true',
    why: 'null is less than any time',
  },
  {
    file: 'src/store/events/put-event.ts',
    code: "throw new UnavailableError('table', new Error('the event vanished'))",
    why: NOT_READ,
  },
  {
    file: 'src/store/issues/put-snapshot.ts',
    code: "throw new UnavailableError('table', new Error('the row vanished'))",
    why: NOT_READ,
  },
  {
    file: 'src/store/issues/put-snapshot.ts',
    code: '(await result.row())?.deleted_event_id',
    replacement: '(await result.row()).deleted_event_id',
    why: 'there is no row only if it was removed between the refusal and the reading; either way the sender retries',
  },
  {
    file: 'src/store/events/put-event.ts',
    code: 'event.facts === null',
    replacement: 'false',
    why: 'an event without facts has a problem of at most 20 errors, which fits; the question only tells the compiler so',
  },
  ...['encoded.length <= SURELY_FITS_BYTES', '.length <= MAX_EVENT_BODY_BYTES'].map((code) => ({
    file: 'src/store/events/put-event.ts',
    code,
    replacement: code.replace('<=', '<'),
    why: 'the limit leaves room in the item for more than a byte',
  })),
  ...['jira/fields', 'jira/people', 'readers'].map((name) => ({
    file: `src/senders/${name}.ts`,
    code: 'if (!isJsonObject(value)) return undefined;',
    replacement: 'false',
    why: 'what is no object has no property of these names',
  })),
  ...["text.slice(0, end), ',id='", "lastMatch(text, ',id='", "lastMatch(text, ',state='"].map((code) => ({
    file: 'src/senders/jira/sprint.ts',
    code,
    replacement: '""',
    why: SLOWER,
  })),
];

export const isExplained = ({ file, code, replacement }: Survivor): boolean =>
  EXPLAINED.some(
    (one) =>
      file === one.file &&
      code.includes(one.code) &&
      (one.replacement === undefined || one.replacement === replacement),
  );

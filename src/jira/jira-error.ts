/**
 * Why a request to Jira failed; each has its own remedy. `too_large`: request less. `page_lost`: restart the search.
 * `failing`: Jira fails at this request, which says nothing about others.
 */
export type JiraFault =
  | 'login'
  | 'permission'
  | 'missing'
  | 'removed'
  | 'redirect'
  | 'not_json'
  | 'unknown_shape'
  | 'too_large'
  | 'page_lost'
  | 'refused'
  | 'failing'
  | 'busy'
  | 'down';

/**
 * The only error that the client throws. Its message says what to do, and quotes neither request nor answer: either
 * may contain a token or personal data.
 */
export class JiraError extends Error {
  override readonly name = 'JiraError';
  readonly fault: JiraFault;
  /** Epoch milliseconds before which no request should be sent; null if not known. */
  readonly not_before: number | null;

  constructor(fault: JiraFault, message: string, notBefore: number | null = null) {
    super(message);
    this.fault = fault;
    this.not_before = notBefore;
  }
}

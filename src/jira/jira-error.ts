/**
 * Why Jira did not do what it was asked; each has its own remedy. `too_large`: ask for less. `page_lost`: begin the
 * search again. `failing`: it fails at this request, which says nothing of others.
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
 * The only error that the client throws. Its message says what to do, and quotes nothing that was sent or answered:
 * either may hold a token or somebody's data.
 */
export class JiraError extends Error {
  override readonly name = 'JiraError';
  readonly fault: JiraFault;
  /** Epoch milliseconds: Jira wants to hear nothing before. Null when it did not say. */
  readonly not_before: number | null;

  constructor(fault: JiraFault, message: string, notBefore: number | null = null) {
    super(message);
    this.fault = fault;
    this.not_before = notBefore;
  }
}

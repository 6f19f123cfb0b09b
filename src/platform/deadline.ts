/**
 * How long one request may take in milliseconds before it is answered 503. Jira gives a receiver 5 s to
 * connect and more to answer; well under it leaves room for the network and a cold start.
 */
export const REQUEST_BUDGET_MS = 3_500;

/** A signal that ends every AWS call of one request when its budget is used up. */
export const requestDeadline = (budgetMs = REQUEST_BUDGET_MS): AbortSignal => AbortSignal.timeout(budgetMs);

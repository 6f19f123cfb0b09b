import type { ProblemType } from '../domain/delivery.ts';

/** What a request for a change is refused with, where it is no mistake in its form. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly type: ProblemType;
  readonly status: number;

  constructor(type: ProblemType, status: number, detail: string) {
    super(detail);
    this.type = type;
    this.status = status;
  }
}

/** Another tenant's is as unknown as any. */
export const noConnection = (): Refusal =>
  new Refusal('not-found', 404, 'No connection with this id is known.');

export const staleRevision = (): Refusal =>
  new Refusal(
    'stale-revision',
    409,
    'The connection has changed since this revision. Read it again, and send its rev as If-Match.',
  );

export const otherSite = (): Refusal =>
  new Refusal(
    'other-site',
    409,
    'The tenant has another Jira site, and a tenant has only one. Use a tenant of its own for this site, or its site_url.',
  );

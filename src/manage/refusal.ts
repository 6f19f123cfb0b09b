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

/** @param sites of the tenant, and that was asked for, where both are known */
export const otherSite = (tenant: string, sites?: { own: string; asked: string }): Refusal =>
  new Refusal(
    'other-site',
    409,
    sites === undefined
      ? `Tenant ${tenant} has another Jira site, and a tenant has only one: leave site_url out, or use another tenant.`
      : `The site of tenant ${tenant} is ${sites.own}: leave site_url out, or use another tenant for ${sites.asked}.`,
  );

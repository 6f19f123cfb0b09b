import type { ProblemType } from '../domain/delivery.ts';
import { toUtcIso } from '../domain/instant.ts';

/** Refuses a change for any reason other than an error in its form. */
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

type Thing = 'connection' | 'subscription' | 'execution' | 'event';

/** Also for a thing of another tenant. */
export const notKnown = (thing: Thing): Refusal =>
  new Refusal('not-found', 404, `No ${thing} with this id is known.`);

export const staleRevision = (thing: Thing): Refusal =>
  new Refusal(
    'stale-revision',
    409,
    `The ${thing} has changed since this revision. Read it again, and send its rev as If-Match.`,
  );

const USE = { sender: 'verifies', receiver: 'signs' };

/** A further rotation now would end the version that the other side may still use. */
export const rotationUnderWay = (previousUntilMs: number | null, other: keyof typeof USE): Refusal =>
  new Refusal(
    'rotation-under-way',
    409,
    `The version before the current one ${USE[other]} until ${toUtcIso(previousUntilMs ?? 0)}. Give the ${other} the current secret and wait until then, or send force: true, which ends that version now.`,
  );

export const noMaster = (keysOf: string): Refusal =>
  new Refusal(
    'no-master',
    409,
    `${keysOf} are made of a master, and there is none yet: npm run connections -- init makes the first one. Then send this again.`,
  );

/** For a thing whose status does not allow the request. */
export const wrongStatus = (detail: string): Refusal => new Refusal('wrong-status', 409, detail);

/** @param sites the tenant's site and the requested one, if both are known */
export const otherSite = (tenant: string, sites?: { own: string; asked: string }): Refusal =>
  new Refusal(
    'other-site',
    409,
    sites === undefined
      ? `Tenant ${tenant} has another Jira site, and a tenant has only one: leave site_url out, or use another tenant.`
      : `The site of tenant ${tenant} is ${sites.own}: leave site_url out, or use another tenant for ${sites.asked}.`,
  );

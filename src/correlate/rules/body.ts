import type { Body } from '../../domain/link.ts';
import { findKeys } from './find-keys.ts';
import { latestSaid } from './named.ts';

/**
 * Without what no reader sees: comments such as a template's `<!-- for example ABC-1 -->`. One that does not end goes
 * on to the end, as in Markdown.
 */
const withoutComments = (body: string): string => {
  const [shown = '', ...rest] = body.split('<!--');
  const behind = rest.map((part) => part.split('-->').slice(1).join('-->'));
  return [shown, ...behind].join(' ');
};

/** The keys of a pull request's body that was told at an instant; nothing when nobody told one. */
export const bodyOf = (body: string | null, updated_ms: number): Body =>
  body === null ? {} : { body: { ...findKeys(withoutComments(body)), updated_ms } };

/** The newest body anybody told: who tells none takes none away. */
export const latestBody = (a: Body, b: Body): Body => {
  const body = a.body && b.body ? latestSaid(a.body, b.body) : (a.body ?? b.body);
  return body ? { body } : {};
};

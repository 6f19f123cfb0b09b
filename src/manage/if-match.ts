import { BadRequestError } from '../errors/errors.ts';
import type { HttpRequest } from '../http/request.ts';
import { Refusal } from './refusal.ts';

/**
 * The revision in `If-Match`: `3` or `"3"`. A weak one (`W/"3"`) is not enough for a change (RFC 9110, 13.1.1), and `*`
 * or a list would overwrite changes that the caller has not seen.
 * @throws Refusal without one, BadRequestError for any other text
 */
export const readIfMatch = ({ headers }: HttpRequest): number => {
  const text = headers.get('if-match')?.trim();
  if (!text)
    throw new Refusal(
      'revision-required',
      428,
      'Send the rev that you have read as the header If-Match, so that no change of somebody else is lost.',
    );
  const [, plain, quoted] = /^(?:([1-9]\d{0,14})|"([1-9]\d{0,14})")$/.exec(text) ?? [];
  const rev = plain ?? quoted;
  if (rev === undefined) throw new BadRequestError('If-Match: must be one rev, such as "3"');
  return Number(rev);
};

/** The same for a deletion, where `If-Match` is optional; null without it. @throws BadRequestError */
export const mayIfMatch = (request: HttpRequest): number | null =>
  request.headers.get('if-match')?.trim() ? readIfMatch(request) : null;

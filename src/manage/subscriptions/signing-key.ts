import type { Credential, SecretEncoding } from '../../domain/connection.ts';
import type { Signature } from '../../domain/subscription.ts';
import { UnavailableError } from '../../errors/errors.ts';
import { newSigningCredential } from '../../verify/new-credential.ts';
import { wrongFields } from '../read-form.ts';
import { noMaster } from '../refusal.ts';
import { NOT_BASE64 } from './forms.ts';
import type { SubscriptionDeps } from './own-subscription.ts';

type Wanted = {
  signature: Signature;
  subscription_id: string;
  version: number;
  encoding: SecretEncoding | null;
  imported: string | null;
};

/** A version of a signing key; `shown`: its text, shown only once, null for an imported key. */
export type SigningKey = { credential: Credential | null; shown: string | null };

/** @throws Refusal without a master, BadRequestError for an invalid imported key, UnavailableError */
export const makeSigningKey = async (
  { masters }: SubscriptionDeps,
  { signature, ...wanted }: Wanted,
): Promise<SigningKey> => {
  if (signature === 'none') return { credential: null, shown: null };
  const made = await newSigningCredential({ signature, ...wanted }, masters);
  switch (made.outcome) {
    case 'made':
      return made;
    case 'no-master':
      throw noMaster('Keys of subscriptions');
    case 'bad-key':
      throw wrongFields([{ path: 'secret', message: NOT_BASE64 }]);
    case 'unavailable':
      throw new UnavailableError('secret', new Error('the masters could not be read'));
  }
};

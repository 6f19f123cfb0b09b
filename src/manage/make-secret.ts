import type { Connection, Credential, SecretEncoding } from '../domain/connection.ts';
import { UnavailableError } from '../errors/errors.ts';
import type { MasterSource } from '../verify/master-cache.ts';
import { newCredential } from '../verify/new-credential.ts';
import { wrongFields } from './read-form.ts';
import { noMaster } from './refusal.ts';

/** A version of a secret; `shown`: its text, shown only once, null for an imported key. */
export type NewSecret = { credential: Credential; shown: string | null };

/** @throws Refusal without a master, BadRequestError for an invalid imported key, UnavailableError */
export const makeSecret = async (
  masters: MasterSource,
  { connection_id, auth }: Pick<Connection, 'connection_id' | 'auth'>,
  version: number,
  { imported = null, encoding }: { imported?: string | null | undefined; encoding: SecretEncoding },
): Promise<NewSecret> => {
  const made = await newCredential({ auth, connection_id, version, encoding, imported }, masters);
  switch (made.outcome) {
    case 'made':
      return made;
    case 'no-master':
      throw noMaster('Keys of connections');
    case 'bad-key':
      throw wrongFields([{ path: 'imported', message: 'must be base64, since secret_encoding says so' }]);
    case 'unavailable':
      throw new UnavailableError('secret', new Error('the masters could not be read'));
  }
};

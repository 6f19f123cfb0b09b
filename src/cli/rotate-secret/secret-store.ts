import { randomUUID } from 'node:crypto';
import {
  GetSecretValueCommand,
  PutSecretValueCommand,
  type SecretsManagerClient,
  UpdateSecretVersionStageCommand,
} from '@aws-sdk/client-secrets-manager';
import { readEnv } from '../../contract/env.ts';
import { externalConfig } from '../../local/aws-config.ts';
import { faultCode } from '../../local/start-error.ts';
import { createSecretsManagerClient } from '../../verify/secrets-manager.ts';
import { CommandError } from '../shared/command.ts';

/** A person waits at a terminal, so this client has longer timeouts than the receiver's. */
const PATIENCE = {
  maxAttempts: 3,
  requestHandler: { connectionTimeout: 3_000, requestTimeout: 10_000, throwOnRequestTimeout: true },
};

/** An ARN names its secret's region; a name does not. */
export const regionOf = (secretId: string): { region?: string } => {
  const region = /^arn:[^:]+:secretsmanager:([a-z0-9-]+):/.exec(secretId)?.[1];
  return region === undefined ? {} : { region };
};

/** Opens a secret by name or ARN, at AWS_ENDPOINT_URL_SECRETS_MANAGER if that is set. @throws ConfigError */
export const openSecretStore = async (secretId: string, source: NodeJS.ProcessEnv): Promise<SecretStore> => {
  const env = readEnv(source);
  const endpoint = env.AWS_ENDPOINT_URL_SECRETS_MANAGER;
  const local = endpoint === undefined ? {} : await externalConfig(endpoint, source);
  const settings = { ...local, ...regionOf(secretId), ...PATIENCE };
  return new SecretsManagerStore(createSecretsManagerClient(env, settings), secretId);
};

/** One version: its text, its id, and its `CreatedDate` in epoch milliseconds (null when the store named none). */
export type SecretVersion = { text: string; version_id: string; created_ms: number | null };

/** AWSCURRENT and, if there is one, AWSPREVIOUS. */
export type StoredSecret = { current: SecretVersion; previous: SecretVersion | null };

/** Both methods throw a CommandError that explains what is wrong and quotes nothing that is stored. */
export type SecretStore = {
  read(): Promise<StoredSecret>;
  /**
   * Makes `text` the current version if the one with the id `from` still is.
   * @returns false when another version has become current: nothing was changed
   */
  replace(from: string, text: string): Promise<boolean>;
};

/** The staging label of a new version until AWSCURRENT moves to it. */
const OWN_STAGE = 'WEBHOOK-ROTATION';

type Stage = 'AWSCURRENT' | 'AWSPREVIOUS';

/** A secret in Secrets Manager. */
class SecretsManagerStore implements SecretStore {
  readonly #client: SecretsManagerClient;
  readonly #id: string;

  constructor(client: SecretsManagerClient, id: string) {
    this.#client = client;
    this.#id = id;
  }

  async read(): Promise<StoredSecret> {
    try {
      const current = await this.#readStage('AWSCURRENT');
      return { current, previous: await this.#readPrevious() };
    } catch (fault) {
      throw explainStoreFault(fault, this.#id);
    }
  }

  async replace(from: string, text: string): Promise<boolean> {
    const to = randomUUID();
    try {
      await this.#put(to, text);
      return await this.#moveCurrent(from, to);
    } catch (fault) {
      throw explainStoreFault(fault, this.#id);
    } finally {
      await this.#dropOwnLabel(to);
    }
  }

  async #readStage(stage: Stage): Promise<SecretVersion> {
    const command = new GetSecretValueCommand({ SecretId: this.#id, VersionStage: stage });
    const { SecretString, VersionId, CreatedDate } = await this.#client.send(command);
    if (VersionId === undefined) throw new CommandError('The secret store did not report a version.');
    // A binary secret has no text; the empty text is no JSON object and is reported as such.
    return { text: SecretString ?? '', version_id: VersionId, created_ms: CreatedDate?.getTime() ?? null };
  }

  async #readPrevious(): Promise<SecretVersion | null> {
    try {
      return await this.#readStage('AWSPREVIOUS');
    } catch (fault) {
      if (isMissing(fault)) return null;
      throw fault;
    }
  }

  /** The token becomes the version's id; a retry with the same token and text changes nothing more. */
  async #put(token: string, text: string): Promise<void> {
    const value = { ClientRequestToken: token, SecretString: text, VersionStages: [OWN_STAGE] };
    await this.#client.send(new PutSecretValueCommand({ SecretId: this.#id, ...value }));
  }

  /**
   * The compare-and-set. Of RemoveFromVersionId the API says: "If the label is attached and you either do not
   * specify this parameter, or the version ID does not match, then the operation fails."
   * (docs.aws.amazon.com/secretsmanager/latest/apireference/API_UpdateSecretVersionStage.html). PutSecretValue
   * itself has no condition: it would move AWSCURRENT from whichever version has it.
   */
  async #moveCurrent(from: string, to: string): Promise<boolean> {
    const move = { VersionStage: 'AWSCURRENT', RemoveFromVersionId: from, MoveToVersionId: to };
    try {
      await this.#client.send(new UpdateSecretVersionStageCommand({ SecretId: this.#id, ...move }));
      return true;
    } catch (fault) {
      return this.#lookWhoWon(from, to, fault);
    }
  }

  /** A retry after a lost answer fails just like a lost race: only the current version tells the two apart. */
  async #lookWhoWon(from: string, to: string, fault: unknown): Promise<boolean> {
    const { version_id } = await this.#readStage('AWSCURRENT');
    if (version_id === from) throw fault;
    return version_id === to;
  }

  /** Without a label, the version can be deleted once it is neither current nor previous. If this fails, the next
   * change moves the label on. */
  async #dropOwnLabel(versionId: string): Promise<void> {
    const drop = { VersionStage: OWN_STAGE, RemoveFromVersionId: versionId };
    const command = new UpdateSecretVersionStageCommand({ SecretId: this.#id, ...drop });
    await this.#client.send(command).catch(() => {});
  }
}

const isMissing = (fault: unknown): boolean =>
  fault instanceof Error && fault.name === 'ResourceNotFoundException';

const NO_CREDENTIALS = 'no valid AWS credentials were found';

/** Our messages for Secrets Manager's faults: its own may quote an endpoint or a user. */
const WORDS: ReadonlyMap<string, string> = new Map([
  ['ResourceNotFoundException', 'not found in this account and region, or it has no value yet'],
  [
    'AccessDeniedException',
    'permission denied: reading it needs secretsmanager:GetSecretValue; changing it also needs PutSecretValue and UpdateSecretVersionStage; a KMS key of its own must allow its use',
  ],
  [
    'InvalidParameterException',
    'the change was rejected, perhaps because of another change at the same time: check with status',
  ],
  ['InvalidRequestException', 'it is marked for deletion, or another AWS service manages it'],
  ['DecryptionFailure', 'its KMS key cannot be used'],
  ['EncryptionFailure', 'its KMS key cannot be used'],
  ['LimitExceededException', 'it has too many versions or labels: wait a day'],
  ['CredentialsProviderError', NO_CREDENTIALS],
  ['UnrecognizedClientException', NO_CREDENTIALS],
  ['ExpiredTokenException', NO_CREDENTIALS],
  ['ECONNREFUSED', 'nothing is listening at the address of the secret store'],
]);

/** Why the secret could not be read or changed, for users. */
const explainStoreFault = (fault: unknown, secretId: string): CommandError => {
  if (fault instanceof CommandError) return fault;
  const code = faultCode(fault);
  const words = WORDS.get(code);
  return new CommandError(
    `The secret ${secretId} could not be used: ${words === undefined ? code : `${words} (${code})`}.`,
  );
};

import * as z from 'zod/mini';
import type { Env } from '../contract/env.ts';
import { token as tokenSchema } from '../contract/env-values.ts';
import { ConfigError, UnavailableError } from '../errors/errors.ts';
import { authorizationOf, type JiraSite, siteAddress } from '../jira/site.ts';
import { readSecretText, SecretDocumentError } from '../verify/secret-document.ts';
import { createSecretsManagerClient, fetchSecret } from '../verify/secrets-manager.ts';
import type { Platform } from './open.ts';

/** The key of the secret that holds Jira's token. */
const TOKEN_KEY = 'jira_api_token';

/**
 * The Jira site to read. The token is the local override, else that of the secret, which is read at each call, so a new
 * token is used from the next turn on.
 * @throws ConfigError when the site or the token is not set: the message says what to do; UnavailableError
 */
export const openJiraSite = async (
  env: Env,
  platform: Pick<Platform, 'secretsManager'>,
): Promise<JiraSite> => {
  const address = siteAddress(env);
  const token = env.JIRA_API_TOKEN ?? (await fetchToken(env, platform));
  return { ...address, authorization: authorizationOf(env.JIRA_API_USER, token) };
};

const fetchToken = async (
  env: Env,
  { secretsManager }: Pick<Platform, 'secretsManager'>,
): Promise<string> => {
  const arn = env.JIRA_API_SECRET_ARN;
  if (arn === undefined)
    throw new ConfigError(
      env.on_lambda
        ? 'JIRA_SITE_URL is set, so JIRA_API_SECRET_ARN must be set: the Secrets Manager secret of the token'
        : 'JIRA_SITE_URL is set, so JIRA_API_TOKEN must be set: a token to read Jira with',
    );
  const client = createSecretsManagerClient(env, secretsManager);
  try {
    const { current } = await fetchSecret(client, arn, () => false);
    return checkToken(readSecretText(current, TOKEN_KEY));
  } catch (fault) {
    throw explain(fault);
  } finally {
    client.destroy();
  }
};

/** A ConfigError for an unusable document, with its message for people; any other fault counts as temporary. */
const explain = (fault: unknown): Error => {
  if (fault instanceof ConfigError) return fault;
  if (fault instanceof SecretDocumentError)
    return new ConfigError(`The secret of JIRA_API_SECRET_ARN cannot be used: ${fault.message}`);
  return new UnavailableError('secret', fault);
};

/** Checked here, because a token pasted with extra characters would fail later, with a less helpful error. */
const checkToken = (text: string | null): string => {
  if (text === null)
    throw new ConfigError(
      `The secret of JIRA_API_SECRET_ARN has no ${TOKEN_KEY}: put {"${TOKEN_KEY}": "…"} with a token of Jira there`,
    );
  const result = z.safeParse(tokenSchema, text);
  if (!result.success)
    throw new ConfigError(
      `${TOKEN_KEY} in the secret of JIRA_API_SECRET_ARN ${result.error.issues[0]?.message}`,
    );
  return result.data;
};

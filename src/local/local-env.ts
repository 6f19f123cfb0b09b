import { type Env, readEnv } from '../contract/env.ts';
import { gitSha } from './git-sha.ts';

/** The environment as `readEnv` answers it, with GIT_SHA from git where it is not set. @throws ConfigError */
export const readLocalEnv = (source: NodeJS.ProcessEnv): Env => {
  const env = readEnv(source);
  const sha = env.GIT_SHA ?? gitSha();
  return sha === undefined ? env : Object.freeze({ ...env, GIT_SHA: sha });
};

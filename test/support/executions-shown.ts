import type * as z from 'zod/mini';
import type { ManageApi } from '../../src/cli/api/api.ts';
import type { ShownExecution } from '../../src/cli/executions/row.ts';

/** An execution as the API shows it. */
export const shownExecutionOf = (more: Partial<ShownExecution> = {}): ShownExecution => ({
  execution_id: `exe_${'a'.repeat(40)}_${'b'.repeat(22)}`,
  tenant_id: 'default',
  event_id: `evt_${'a'.repeat(40)}`,
  subscription_id: `sub_${'b'.repeat(22)}`,
  issue_id: '10001',
  issue_key: 'OPS-1',
  event_type: 'jira:issue_updated',
  priority: 'normal',
  status: 'failed',
  reason: null,
  waits_for: null,
  tries: 4,
  next_attempt_at: null,
  created_at: '2026-11-22T19:00:00.000Z',
  started_at: null,
  completed_at: null,
  replay_of: null,
  ...more,
});

type Asked = { method: string; path: string; rev?: number; body?: object };

/** An API that keeps what it is asked, and answers as it is told. */
export const scriptedApi = (answer: (asked: Asked) => unknown) => {
  const asked: Asked[] = [];
  const call = async <T>(request: Asked, schema: z.ZodMiniType<T>): Promise<T> => {
    asked.push(request);
    return schema.parse(answer(request));
  };
  const api: ManageApi = {
    url: new URL('http://127.0.0.1:8080'),
    tenant: null,
    flags: [],
    get: (path, schema) => call({ method: 'GET', path }, schema),
    send: (method, path, schema, { rev, body } = {}) =>
      call({ method, path, ...(rev !== undefined && { rev }), ...(body && { body }) }, schema),
  };
  return { api, asked };
};

import * as z from 'zod/mini';
import { parseInstant, toUtcIso } from '../../domain/instant.ts';
import { type Exchange, signatureOf } from '../shared/exchange.ts';
import type { Api } from './api.ts';
import {
  afterDelivery,
  type Check,
  describeAnswer,
  failed,
  hasStatus,
  isProblem,
  judge,
  ok,
  readJson,
  type Taken,
} from './check.ts';

/** Far outside the range of ids that Jira assigns. */
export const TEST_ISSUE_ID = '99999999999999999901';

const NUMBER = '999999901';

export const TEST_PROJECT = 'SMOKE';

export const TEST_ISSUE_KEY = `${TEST_PROJECT}-${NUMBER}`;

/** A former key of the test issue. Decoded twice it becomes `SMOKEA-…`, a key that does not exist. */
export const FORMER_KEY = `${TEST_PROJECT}%41-${NUMBER}`;

/**
 * The body of a delivery about the test issue, as Jira writes one. Each `nowMs` gives other bytes and a newer
 * version, so that it is taken as new. A sub-task, because a story would be listed as one without commits.
 */
export const testDelivery = (nowMs: number): Buffer => {
  const issue = {
    id: TEST_ISSUE_ID,
    key: TEST_ISSUE_KEY,
    fields: {
      summary: 'Written by npm run smoke; npm run erase removes it',
      issuetype: { name: 'Sub-task', subtask: true, hierarchyLevel: -1 },
      project: { key: TEST_PROJECT, name: 'Smoke test' },
      status: { name: 'Done', statusCategory: { key: 'done' } },
      labels: ['smoke-test'],
      updated: toUtcIso(nowMs).replace('Z', '+0000'),
    },
  };
  const moved = { field: 'Key', fieldtype: 'jira', from: null, fromString: FORMER_KEY, to: null };
  return Buffer.from(
    JSON.stringify({
      timestamp: nowMs,
      webhookEvent: 'jira:issue_updated',
      issue_event_type_name: 'issue_moved',
      issue,
      changelog: { id: '1', items: [{ ...moved, toString: TEST_ISSUE_KEY }] },
    }),
  );
};

const accepted = z.object({
  outcome: z.enum(['applied', 'duplicate']),
  event_id: z.string(),
  received_at: z.string(),
});

const post = (api: Api, body: Buffer, signature: string | null): Promise<Exchange> => {
  const headers = {
    'content-type': 'application/json; charset=UTF-8',
    'content-length': String(body.length),
    ...(signature === null ? {} : { 'x-hub-signature': signature }),
  };
  return api.send('POST', '/webhooks/jira', { headers, body });
};

/** The gateway's id of the request, which is also in its access log. */
const requestIdOf = (answer: Exchange): string =>
  answer.kind === 'answered' ? String(answer.headers['apigw-requestid'] ?? 'unknown') : 'unknown';

/** Sends only one: three refused signatures within an hour raise an alarm. */
const checkUnsigned: Check = {
  name: 'unsigned-refused',
  run: async ({ api }) => {
    const answer = await post(api, testDelivery(Date.now()), null);
    const isOutside = isProblem(answer, 403, 'address-not-allowed');
    if (isOutside) return failed(`${describeAnswer(answer)}: allowedCidrs is set; run this from one of them`);
    return judge(isProblem(answer, 401, 'signature-refused'), 'unsigned', answer);
  },
};

const checkSigned: Check = {
  name: 'signed-delivery',
  run: async (world) => {
    const body = testDelivery(Date.now());
    const signature = signatureOf(await world.readSecret(), body);
    const answer = await post(world.api, body, signature);
    const delivery = readJson(answer, accepted);
    const status = delivery?.outcome === 'applied' ? 202 : 200;
    if (!delivery || !hasStatus(answer, status)) return failed(describeAnswer(answer));
    const { event_id, received_at } = delivery;
    const patience = AbortSignal.timeout(world.wait_seconds * 1_000);
    const received_ms = parseInstant(received_at) ?? Date.now();
    world.taken = { body, signature, event_id, received_ms, patience };
    return ok(`${describeAnswer(answer)}, ${event_id}, gateway request ${requestIdOf(answer)}`);
  },
};

const checkSameAgain = afterDelivery('same-bytes-again', async ({ api }, taken: Taken) => {
  const answer = await post(api, taken.body, taken.signature);
  const delivery = readJson(answer, accepted);
  const isSame = delivery?.outcome === 'duplicate' && delivery.event_id === taken.event_id;
  return judge(hasStatus(answer, 200) && isSame, 'sent again', answer);
});

/** Deliveries about the test issue: refused, accepted, and recognized as a duplicate. */
export const DELIVERY_CHECKS: readonly Check[] = [checkUnsigned, checkSigned, checkSameAgain];

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseDelivery } from '../../../../src/senders/jira/parse.ts';

const encode = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value));

const idLike = fc.oneof(fc.jsonValue(), fc.integer(), fc.double(), fc.stringMatching(/^\d{0,22}$/));
const part = (...names: string[]) =>
  fc.oneof(
    fc.jsonValue(),
    fc.record(Object.fromEntries(names.map((name) => [name, idLike])), { requiredKeys: [] }),
  );

const body = fc.record(
  {
    webhookEvent: fc.oneof(fc.jsonValue(), fc.constantFrom('jira:issue_updated', 'x')),
    issue: part('id', 'key', 'fields'),
    worklog: part('issueId'),
    issueLink: part('sourceIssueId'),
    ['__proto__']: fc.jsonValue(),
    toString: fc.jsonValue(),
  },
  { requiredKeys: [] },
);

describe('any body', () => {
  it("is answered without throwing, because a fault of ours must never be the sender's", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
        expect(['delivery', 'refused']).toContain(parseDelivery(bytes).kind);
      }),
    );
  });

  it('is a delivery with checked ids and keys, or a problem with a path, whatever stands where', () => {
    fc.assert(
      fc.property(body, (value) => {
        const parsed = parseDelivery(encode(value));
        if (parsed.kind === 'refused') {
          expect(parsed.problem.status).toBe(422);
          expect(parsed.problem.errors.length).toBeGreaterThan(0);
          return;
        }
        const { issueId, worklogIssueId, linkSourceId, issueKey } = parsed.delivery;
        for (const id of [issueId, worklogIssueId, linkSourceId]) expect(id ?? '1').toMatch(/^\d{1,20}$/);
        expect(issueKey ?? 'A').toMatch(/^[^\s#/]{1,255}$/u);
      }),
      { numRuns: 500 },
    );
  });

  it('keeps the digits of every whole number up to 20 of them, because ids are exact', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 99_999_999_999_999_999_999n }), (id) => {
        const parsed = parseDelivery(new TextEncoder().encode(`{"webhookEvent":"x","issue":{"id":${id}}}`));
        expect(parsed).toMatchObject({ kind: 'delivery', delivery: { issueId: String(id) } });
      }),
    );
  });
});

import type { ExportRequest } from "portmanteau";
import { drpStatus, drpStatusOf, fromDrp, receiveRequest, toDrp, transition } from "portmanteau/workflow";
import { describe, expect, it } from "vitest";
import { document } from "../support/documents.ts";
import { events, received, recordAfter, refusal, requestId, start, states, ways } from "./requests.ts";

const minutes = 60_000;
const options = { requestId, businessId: "ACME", agentId: "AGENT", now: start };
const message = {
  "agent-id": "AGENT",
  "business-id": "ACME",
  "agent-request-id": "foo",
  "issued-at": new Date(start - minutes).toISOString(),
  "expires-at": new Date(start + minutes).toISOString(),
  "drp.version": "0.9.4",
  exercise: "access",
  regime: "ccpa",
  relationships: ["customer"],
  status_callback: "https://agent.example/update_status",
  name: "Ada Lovelace",
  email: "ada@example.org",
  email_verified: true,
  phone_number: "+4930123456",
  phone_number_verified: false,
};

describe("the Data Rights Protocol", () => {
  it("is read: what is asked for, and verified identities only", () => {
    expect(fromDrp(message, options)).toEqual({
      request: {
        id: requestId,
        type: "access",
        subject: {
          identities: [{ identity_type: "email", identity_value: "ada@example.org", identity_format: "raw" }],
        },
        regulation: "ccpa",
        receivedAt: new Date(start).toISOString(),
      },
      agentRequestId: "foo",
      statusCallback: "https://agent.example/update_status",
    });
    const all = fromDrp(message, { ...options, acceptUnverified: true }).request.subject.identities;
    expect(all?.map(({ identity_type }) => identity_type)).toEqual(["email", "phone"]);
    const { regime: _, "drp.version": __, ...voluntary } = message;
    expect(receiveRequest(fromDrp(voluntary, options).request, { at: start }).dueAt).toBe("2026-03-17T09:00:00.000Z");
  });

  it("brings a request there and back", () => {
    const request: ExportRequest = {
      id: requestId,
      type: "access",
      subject: {
        identities: [
          { identity_type: "email", identity_value: "ada@example.org", identity_format: "raw" },
          { identity_type: "phone", identity_value: "+4930123456", identity_format: "raw" },
        ],
      },
      regulation: "ccpa",
      receivedAt: new Date(start).toISOString(),
    };
    const sent = toDrp(request, {
      ...{ agentId: "AGENT", businessId: "ACME", issuedAt: start, expiresAt: start + 10 * minutes },
      statusCallback: "https://agent.example/update_status",
    });
    const read = fromDrp(JSON.parse(JSON.stringify(sent)), options);
    expect(read).toEqual({ request, agentRequestId: requestId, statusCallback: "https://agent.example/update_status" });
  });

  it("is refused with the pointer of what is wrong, and not with what stands there", () => {
    const pointer = (change: object, more: object = {}) =>
      refusal(() => fromDrp({ ...message, ...change }, { ...options, ...more }));
    expect(pointer({ "agent-id": "ADA" })).toBe("/agent-id");
    expect(pointer({ "business-id": "ADA" })).toBe("/business-id");
    expect(pointer({}, { now: start - minutes - 1 })).toBe("/issued-at");
    expect(pointer({}, { now: start + minutes })).toBe("/expires-at");
    for (const exercise of ["deletion", "sale:opt_out", "access:categories", "ada"])
      expect(pointer({ exercise })).toBe("/exercise");
    expect(pointer({ regime: "ada" })).toBe("/regime");
    expect(pointer({ "drp.version": "1.0" })).toBe("/drp.version");
    expect(pointer({ email_verified: "true" })).toBe("/email_verified");
    expect(pointer({ email_verified: false })).toBe("/email_verified");
    expect(pointer({ email: undefined })).toBe("/email_verified");
    expect(refusal(() => fromDrp(null, options))).toBe("");
  });

  it("does not say what it has no words for", () => {
    const { request } = fromDrp(message, options);
    const to = { agentId: "AGENT", businessId: "ACME", issuedAt: start, expiresAt: start + minutes };
    const pointer = (change: object) => refusal(() => toDrp({ ...request, ...change }, to));
    const email = { identity_type: "email", identity_value: "ada@example.org" };
    expect(pointer({ type: "portability" })).toBe("/type");
    expect(pointer({ regulation: "gdpr" })).toBe("/regulation");
    expect(pointer({ subject: { id: "ada-1815" } })).toBe("/subject");
    expect(pointer({ subject: { identities: [email, email] } })).toBe("/subject/identities");
  });

  it("has one status for each state, and who cancelled tells revoked from denied", () => {
    expect(Object.fromEntries(states.map((state) => [state, drpStatusOf(recordAfter(ways[state]))]))).toEqual({
      ...{ received: "open", planned: "in_progress", collecting: "in_progress", packing: "in_progress" },
      ...{
        failed: "in_progress",
        delivered: "fulfilled",
        partial: "fulfilled",
        expired: "expired",
        cancelled: "revoked",
      },
    });
    const denied = transition(received(), { type: "cancelled", by: "controller", reason: "no_match" }, { at: start });
    expect(drpStatus(denied.record)).toMatchObject({ status: "denied", reason: "no_match" });
    const refused = transition(received(), { type: "cancelled", by: "controller" }, { at: start }).record;
    expect(drpStatus(refused)).toMatchObject({ status: "denied", reason: "other" });
  });

  it("says when, where, and why it takes longer", () => {
    const expiresAt = "2026-03-01T00:00:00.000Z";
    const packing = recordAfter(ways.packing);
    const delivered = transition(packing, { ...events.partial, expiresAt }, { at: start }).record;
    const more = {
      agentRequestId: "foo",
      resultsUrl: "https://acme.example/b",
      userVerificationUrl: "https://acme.example/v",
    };
    const always = { request_id: requestId, agent_request_id: "foo", received_at: "2026-01-31T09:00:00.000Z" };
    expect(drpStatus(delivered, more)).toEqual({
      ...{ ...always, status: "fulfilled", expected_by: "2026-02-28T09:00:00.000Z" },
      ...{ results_url: "https://acme.example/b", expires_at: expiresAt },
      processing_details: "Not everything could be gathered; the bundle says what is missing.",
    });
    const extended = transition(packing, events.extended, { at: start }).record;
    expect(drpStatus(extended, more)).toEqual({
      ...{ ...always, status: "in_progress", expected_by: "2026-04-30T09:00:00.000Z" },
      ...{ reason: "need_user_verification", user_verification_url: "https://acme.example/v" },
      processing_details: "The term was extended because the request is complex.",
    });
  });

  it("is what docs/workflow.md says of states and statuses", () => {
    const cancelled = [{ by: "subject" }, { by: "controller" }] as const;
    const said = [...document("docs/workflow.md").matchAll(/^\| `(\w+)` \| `\w+` \| (`\w+`(?:, `\w+`)?) \|$/gm)];
    expect(said.map(([, state, statuses]) => [state, statuses])).toEqual(
      states.map((state) => [
        state,
        [...new Set(cancelled.map((cancellation) => `\`${drpStatusOf({ state, cancellation })}\``))].join(", "),
      ]),
    );
  });
});

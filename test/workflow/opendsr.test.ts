import type { ExportRequest } from "portmanteau";
import {
  fromOpenDsr,
  type OpenDsrVersion,
  openDsrReceipt,
  openDsrStatus,
  openDsrStatuses,
  receiveRequest,
  toOpenDsr,
  transition,
} from "portmanteau/workflow";
import { describe, expect, it } from "vitest";
import { document } from "../support/documents.ts";
import { events, recordAfter, refusal, requestId, start, states, ways } from "./requests.ts";

const list = [
  { identity_type: "email", identity_value: "ada@example.org", identity_format: "raw" },
  { identity_type: "controller_customer_id", identity_value: "ada-1815", identity_format: "raw" },
];
const bodies = {
  "1.0": {
    subject_request_id: requestId,
    subject_request_type: "portability",
    submitted_time: "2018-10-02T15:00:00Z",
    subject_identities: list,
    api_version: "1.0",
  },
  "2.0": {
    regulation: "ccpa",
    subject_request_id: requestId,
    subject_request_type: "access",
    submitted_time: "2018-10-02T15:00:00Z",
    subject_identities: list,
    api_version: "2.0",
    status_callback_urls: ["https://controller.example/opendsr/callbacks"],
    extensions: { "processor.example": { property_id: "123456" } },
  },
  "3.0": {
    regulation: "gdpr",
    subject_request_id: requestId,
    subject_request_type: "access",
    submitted_time: "2021-11-01T15:00:00Z",
    subject_identities: {
      email: { value: "ada@example.org", encoding: "raw" },
      controller_customer_id: { value: "ada-1815", encoding: "raw" },
    },
    api_version: "3.0",
  },
} as const;
const versions = Object.keys(bodies) as OpenDsrVersion[];

describe("OpenDSR", () => {
  it("is read in all its versions, and written as it was", () => {
    for (const version of versions) {
      const body = bodies[version];
      const { request, apiVersion, statusCallbackUrls } = fromOpenDsr(structuredClone(body));
      expect(apiVersion).toBe(version);
      expect(request.subject).toEqual({ id: "ada-1815", identities: list });
      const extra = version === "2.0" ? { statusCallbackUrls, extensions: bodies["2.0"].extensions } : {};
      expect(toOpenDsr(request, { apiVersion, ...extra })).toEqual(body);
      const { api_version: _, ...unsaid } = body;
      expect(fromOpenDsr(unsaid).apiVersion).toBe(version);
    }
  });

  it("brings a request to export there and back, with the customer's id among the identities", () => {
    const request: ExportRequest = {
      id: requestId,
      type: "access",
      subject: { id: "ada-1815", identities: [{ identity_type: "phone", identity_value: "+4930123456" }] },
      regulation: "gdpr",
      receivedAt: "2026-01-31T09:00:00.000Z",
    };
    for (const apiVersion of versions) {
      expect(fromOpenDsr(toOpenDsr(request, { apiVersion })).request).toEqual({
        ...request,
        subject: {
          id: "ada-1815",
          identities: [
            { identity_type: "controller_customer_id", identity_value: "ada-1815", identity_format: "raw" },
            { identity_type: "phone", identity_value: "+4930123456", identity_format: "raw" },
          ],
        },
      });
    }
  });

  it("takes a customer's id that is hashed for an identity, and for no id", () => {
    const identities = [{ identity_type: "controller_customer_id", identity_value: "ab12", identity_format: "sha256" }];
    const { request } = fromOpenDsr({ ...bodies["2.0"], subject_identities: identities });
    expect(request.subject).toEqual({ identities });
  });

  it("is refused with the pointer of what is wrong, and not with what stands there", () => {
    const pointer = (change: object, body: object = bodies["2.0"]) =>
      refusal(() => fromOpenDsr({ ...body, ...change }));
    const identity = list[0];
    expect(pointer({ subject_request_type: "erasure" })).toBe("/subject_request_type");
    expect(pointer({ subject_request_id: "ada" })).toBe("/subject_request_id");
    expect(pointer({ submitted_time: "ada" })).toBe("/submitted_time");
    expect(pointer({ regulation: "ada" })).toBe("/regulation");
    expect(pointer({ regulation: undefined })).toBe("/regulation");
    expect(pointer({ subject_identities: [] })).toBe("/subject_identities");
    expect(pointer({ subject_identities: undefined })).toBe("");
    expect(pointer({ subject_identities: [identity, { ...identity, identity_format: "ada" }] })).toBe(
      "/subject_identities/1/identity_format",
    );
    expect(pointer({ subject_identities: [{ ...identity, identity_value: "" }] })).toBe(
      "/subject_identities/0/identity_value",
    );
    expect(pointer({ subject_identities: { "ada@example.org": { value: 7, encoding: "raw" } } })).toBe(
      "/subject_identities",
    );
    expect(pointer({ subject_identities: { email: { value: 7, encoding: "raw" } } })).toBe("/subject_identities");
    expect(pointer({ subject_identities: bodies["3.0"].subject_identities })).toBe("/subject_identities");
    expect(pointer({ subject_identities: list }, bodies["3.0"])).toBe("/subject_identities");
    expect(pointer({ subject_identities: [...list, { ...list[1], identity_value: "bob-1912" }] })).toBe(
      "/subject_identities",
    );
    expect(pointer({ status_callback_urls: ["ada"] })).toBe("/status_callback_urls/0");
    expect(pointer({ api_version: "4.0" })).toBe("/api_version");
    expect(refusal(() => fromOpenDsr(JSON.parse('{"__proto__":{"subject_request_id":"ada"}}')))).toBe("");
    expect(refusal(() => fromOpenDsr("ada"))).toBe("");
  });

  it("does not say what it has no words for", () => {
    const { request } = fromOpenDsr(bodies["2.0"]);
    const pointer = (change: object, apiVersion: OpenDsrVersion = "2.0") =>
      refusal(() => toOpenDsr({ ...request, ...change }, { apiVersion }));
    expect(pointer({ regulation: "lgpd" })).toBe("/regulation");
    expect(pointer({}, "1.0")).toBe("/regulation");
    expect(pointer({ receivedAt: undefined })).toBe("/receivedAt");
    expect(pointer({ subject: { identities: [] } })).toBe("/subject");
    expect(pointer({ subject: { identities: [list[0], list[0]] } }, "3.0")).toBe("/subject/identities/1");
  });

  it("has one status for each state, and says where the bundle is while it is there", () => {
    expect(Object.keys(openDsrStatuses).sort()).toEqual([...states].sort());
    for (const state of states) {
      const status = openDsrStatus(recordAfter(ways[state]), {
        controllerId: "acme",
        resultsUrl: "https://acme.example/bundle.zip",
        resultsCount: 3,
      });
      const isThere = state === "delivered" || state === "partial";
      expect(status).toEqual({
        controller_id: "acme",
        expected_completion_time: "2026-02-28T09:00:00.000Z",
        subject_request_id: requestId,
        request_status: openDsrStatuses[state],
        api_version: "2.0",
        ...(isThere ? { results_url: "https://acme.example/bundle.zip", results_count: 3 } : {}),
      });
    }
    const extended = transition(recordAfter([]), events.extended, { at: start }).record;
    expect(openDsrStatus(extended, { controllerId: "acme" }).expected_completion_time).toBe("2026-04-30T09:00:00.000Z");
  });

  it("is answered with a receipt", () => {
    const body = Buffer.from(JSON.stringify(bodies["2.0"]));
    const record = receiveRequest(fromOpenDsr(JSON.parse(body.toString())).request, { at: start });
    expect(openDsrReceipt(record, { controllerId: "acme", body })).toEqual({
      controller_id: "acme",
      expected_completion_time: "2018-11-16T15:00:00.000Z",
      received_time: "2026-01-31T09:00:00.000Z",
      encoded_request: body.toString("base64"),
      subject_request_id: requestId,
    });
  });

  it("is what docs/workflow.md says of states and statuses", () => {
    expect(states.map((state) => [state, openDsrStatuses[state]])).toEqual(
      [...document("docs/workflow.md").matchAll(/^\| `(\w+)` \| `(\w+)` \| `\w+`(?:, `\w+`)? \|$/gm)].map(
        ([, state, status]) => [state, status],
      ),
    );
  });
});

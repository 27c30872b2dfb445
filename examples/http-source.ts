import { type JsonObject, PortmanteauError, type Source } from "portmanteau";

interface InvoicePage {
  readonly data: readonly (JsonObject & { readonly id: string })[];
  readonly has_more: boolean;
}

/** Reads one customer's invoices from a billing API that goes on after the last id. */
export function billingSource({
  baseUrl,
  token,
}: {
  readonly baseUrl: string;
  readonly token: string;
}): Source<JsonObject> {
  return {
    name: "billing",
    capabilities: { resume: "cursor", partitions: false, count: false, attachments: false },
    async *read({ subject, after, pageRecords, signal }) {
      let cursor = typeof after === "string" ? after : "";
      for (;;) {
        const url = new URL(`/customers/${encodeURIComponent(subject.id)}/invoices`, baseUrl);
        url.search = new URLSearchParams({ limit: String(pageRecords), starting_after: cursor }).toString();
        const response = await fetch(url, { signal, headers: { authorization: `Bearer ${token}` } });
        if (!response.ok) {
          const retryable = response.status === 429 || response.status >= 500;
          const code = retryable ? "SOURCE_UNAVAILABLE" : "SOURCE_FAILED";
          throw new PortmanteauError(code, `The billing API answered ${response.status}.`, { retryable });
        }
        const { data, has_more } = (await response.json()) as InvoicePage;
        const last = data.at(-1);
        if (last === undefined) return;
        cursor = last.id;
        yield { records: data, cursor };
        if (!has_more) return;
      }
    },
  };
}

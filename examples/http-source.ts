import { type JsonObject, PortmanteauError, type Source } from "portmanteau";

interface InvoicePage {
  readonly data: readonly (JsonObject & { readonly id: string })[];
  readonly has_more: boolean;
}
interface BillingOptions {
  readonly baseUrl: string;
  readonly token: string;
}

/** Reads one customer's invoices from a billing API that goes on after the last id. */
export function billingSource({ baseUrl, token }: BillingOptions): Source<JsonObject> {
  async function invoices(path: string, signal: AbortSignal): Promise<InvoicePage> {
    try {
      const response = await fetch(new URL(path, baseUrl), { signal, headers: { authorization: `Bearer ${token}` } });
      if (response.ok) return (await response.json()) as InvoicePage;
      await response.body?.cancel();
      const retryable = response.status === 429 || response.status >= 500;
      const code = retryable ? "SOURCE_UNAVAILABLE" : "SOURCE_FAILED";
      throw new PortmanteauError(code, `The billing API answered ${response.status}.`, { retryable });
    } catch (cause) {
      signal.throwIfAborted();
      if (PortmanteauError.is(cause)) throw cause;
      throw new PortmanteauError("SOURCE_UNAVAILABLE", "The billing API broke off.", { retryable: true, cause });
    }
  }
  return {
    name: "billing",
    capabilities: { resume: "cursor", partitions: false, count: false, attachments: false },
    async *read({ subject, after = "", pageRecords, signal }) {
      if (typeof after !== "string") throw new PortmanteauError("SOURCE_CONTRACT", "The cursor is not of this source.");
      for (let cursor = after; ; ) {
        const query = new URLSearchParams({ limit: String(pageRecords), starting_after: cursor });
        const path = `/customers/${encodeURIComponent(subject.id)}/invoices?${query}`;
        const { data, has_more } = await invoices(path, signal);
        const last = data.at(-1);
        if (last === undefined) return;
        cursor = last.id;
        yield { records: data, cursor };
        if (!has_more) return;
      }
    },
  };
}

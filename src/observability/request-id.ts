const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/**
 * A request's id as logs and traces may hold it. An id of a request is a UUID and tells nothing about a person; what somebody gives `resume`
 * or `assemble` in place of one may be anything.
 */
export function loggableId(requestId: string | null): string | null {
  return requestId !== null && uuid.test(requestId) ? requestId : null;
}

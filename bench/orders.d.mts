export function createOrders(count: number): string;
export const allColumns: string;

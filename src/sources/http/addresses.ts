import { lookup as resolve } from "node:dns/promises";
import { BlockList, isIP } from "node:net";

/** Gives every address of a host. */
export type Lookup = (hostname: string) => Promise<readonly { readonly address: string; readonly family: number }[]>;

export const lookupAll: Lookup = (hostname) => resolve(hostname, { all: true });

/**
 * Addresses that are not of the public internet (IANA's special-purpose registries), and those that hide an IPv4 address in IPv6. An
 * IPv4-mapped one is judged by the IPv4 address, and the other way round: a rule for all mapped ones would be one for all of IPv4.
 */
const notPublic = new BlockList();
for (const [network, prefix] of [
  ["0.0.0.0", 8],
  ["10.0.0.0", 8],
  ["100.64.0.0", 10],
  ["127.0.0.0", 8],
  ["169.254.0.0", 16],
  ["172.16.0.0", 12],
  ["192.0.0.0", 24],
  ["192.0.2.0", 24],
  ["192.168.0.0", 16],
  ["198.18.0.0", 15],
  ["198.51.100.0", 24],
  ["203.0.113.0", 24],
  ["224.0.0.0", 3],
] as const)
  notPublic.addSubnet(network, prefix, "ipv4");
for (const [network, prefix] of [
  ["::", 96],
  ["64:ff9b::", 96],
  ["64:ff9b:1::", 48],
  ["100::", 64],
  ["2001::", 23],
  ["2001:db8::", 32],
  ["2002::", 16],
  ["fc00::", 7],
  ["fe80::", 10],
  ["ff00::", 8],
] as const)
  notPublic.addSubnet(network, prefix, "ipv6");

/** Whether every address of the URL's host is one of the public internet. */
export async function isPublic(url: URL, lookup: Lookup): Promise<boolean> {
  const host = url.hostname.replace(/^\[|\]$/g, "");
  const family = isIP(host);
  const addresses = family === 0 ? await lookup(host) : [{ address: host, family }];
  return (
    addresses.length > 0 &&
    addresses.every(({ address, family }) => !notPublic.check(address, family === 6 ? "ipv6" : "ipv4"))
  );
}

import type { Branding } from "../../model/branding.ts";
import { PortmanteauError } from "../../model/errors.ts";
import type { PageBranding } from "./input.ts";

/** A logo is in every page of every bundle. */
const mostLogoBytes = 65_536;
/** What links and labels stand on, at their worst: in light and in dark. See the colours of the page's style. */
const grounds = { light: "#eaeded", dark: "#2a3237" };
const leastContrast = 4.5;
/** A head that is lighter than this would dazzle in the dark. */
const mostDarkLuminance = 0.12;

/**
 * Makes what the page needs of a controller's looks. The colour stands behind the head, under black or white text, whichever reads
 * better; in the dark it is darkened. Links have its nearest shade with a contrast of at least 4.5 : 1.
 *
 * @throws {PortmanteauError} `CONFIG_INVALID` for a colour that is none, or a logo that is too large or of another kind
 */
export function pageBranding({ name, logo, colour }: Branding): PageBranding {
  if (name !== undefined && (typeof name !== "string" || name.trim() === "")) refuse("name", "is empty. Leave it out.");
  return {
    name,
    logo: logo === undefined ? undefined : { dataUri: logoUri(logo.bytes), alt: altOf(logo.alt) },
    style: colour === undefined ? "" : brandStyle(colour),
  };
}

function altOf(alt: unknown): string {
  if (typeof alt !== "string") refuse("logo/alt", "is missing. Say what the logo shows, or give an empty text.");
  return alt;
}

function logoUri(content: Uint8Array): string {
  if (!(content instanceof Uint8Array) || content.length === 0) refuse("logo/bytes", "has no bytes.");
  if (content.length > mostLogoBytes)
    refuse("logo/bytes", `has ${content.length} bytes, and at most ${mostLogoBytes} fit into the page.`);
  const bytes = Buffer.from(content);
  const type = typeOf(bytes);
  if (type === undefined) refuse("logo/bytes", "is neither PNG nor JPEG nor SVG.");
  return `data:${type};base64,${bytes.toString("base64")}`;
}

function typeOf(bytes: Buffer): string | undefined {
  if (bytes.subarray(0, 8).equals(Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]))) return "image/png";
  if (bytes.subarray(0, 3).equals(Buffer.from([0xff, 0xd8, 0xff]))) return "image/jpeg";
  const text = bytes.toString().replace(/^\uFEFF?(?:\s|<\?[^>]*\?>|<!--[\s\S]*?-->|<!DOCTYPE[^>[]*>)*/i, "");
  if (!/^<svg[\s>]/i.test(text)) return undefined;
  // An image runs and loads nothing, but somebody may open it by itself.
  if (
    /<script|<foreignObject|<!ENTITY|\son\w+\s*=|javascript:|(?:href|src)\s*=\s*["']?\s*(?!#|data:image\/|["'])|url\(\s*["']?\s*(?!#)/i.test(
      text,
    )
  )
    refuse("logo/bytes", "is an SVG with scripts or references to other files. Take them out.");
  return "image/svg+xml";
}

function brandStyle(colour: string): string {
  if (typeof colour !== "string" || !/^#(?:[0-9a-f]{3}|[0-9a-f]{6})$/i.test(colour))
    refuse("colour", "is not of the form #rrggbb.");
  const brand = channelsOf(colour.length === 4 ? colour.replace(/[0-9a-f]/gi, "$&$&") : colour);
  const dark = towards(brand, 0, (shade) => luminance(shade) <= mostDarkLuminance);
  const light = channelsOf(grounds.light);
  const night = channelsOf(grounds.dark);
  const link = towards(brand, 0, (shade) => contrast(shade, light) >= leastContrast);
  const nightLink = towards(brand, 255, (shade) => contrast(shade, night) >= leastContrast);
  const rules = (head: Channels, shade: Channels) => {
    const on = contrast(head, white) >= contrast(head, black) ? "#fff" : "#000";
    return `--brand:${hex(head)};--on-brand:${on};--brand-soft:${on};--link:${hex(shade)}`;
  };
  return `@media screen{:root{${rules(brand, link)}}}
@media screen and (prefers-color-scheme:dark){:root{${rules(dark, nightLink)}}}`;
}

type Channels = readonly [red: number, green: number, blue: number];
const white: Channels = [255, 255, 255];
const black: Channels = [0, 0, 0];

function channelsOf(colour: string): Channels {
  const channel = (at: number) => Number.parseInt(colour.slice(at, at + 2), 16);
  return [channel(1), channel(3), channel(5)];
}

/** The first shade on the way to black (0) or white (255) that will do; the end of the way does. */
function towards(from: Channels, end: number, isEnough: (shade: Channels) => boolean): Channels {
  for (let step = 0; step < 100; step++) {
    const [red, green, blue] = from.map((channel) => Math.round(channel + ((end - channel) * step) / 100));
    const shade: Channels = [red ?? end, green ?? end, blue ?? end];
    if (isEnough(shade)) return shade;
  }
  return [end, end, end];
}

/** As WCAG 2 defines them. */
function luminance(channels: Channels): number {
  const [red = 0, green = 0, blue = 0] = channels.map((channel) => {
    const share = channel / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

/** From 1 to 21. */
function contrast(one: Channels, other: Channels): number {
  const [low = 0, high = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (high + 0.05) / (low + 0.05);
}

function hex(channels: Channels): string {
  return `#${channels.map((channel) => channel.toString(16).padStart(2, "0")).join("")}`;
}

function refuse(field: string, problem: string): never {
  const pointer = `/branding/${field}`;
  throw new PortmanteauError("CONFIG_INVALID", `Configuration, ${pointer}: ${problem}`, { context: { pointer } });
}

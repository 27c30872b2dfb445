import { describe, expect, it } from "vitest";
import { pageBranding, renderPage } from "../../src/bundle/page/index.ts";
import { createExporter, defineDataset, PortmanteauError } from "../../src/index.ts";
import { iterableSource } from "../../src/sources/iterable.ts";
import { privacy } from "../support/notes.ts";
import { pageInput } from "./page-input.ts";

const png = Buffer.concat([Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]), Buffer.alloc(16)]);
const svg = (inside: string) => Buffer.from(`<?xml version="1.0"?>\n<!-- bag -->\n<svg xmlns="x">${inside}</svg>`);

function problemOf(branding: unknown): string {
  try {
    pageBranding(branding as never);
    return "none";
  } catch (error) {
    return PortmanteauError.is(error) ? `${error.code} ${error.context["pointer"]}` : String(error);
  }
}

describe("the controller's looks", () => {
  it("takes a PNG, a JPEG or an SVG for a logo, and puts it into the page", () => {
    const uriOf = (bytes: Uint8Array) => pageBranding({ logo: { bytes, alt: "" } }).logo?.dataUri.slice(0, 20);
    expect(uriOf(png)).toBe("data:image/png;base6");
    expect(uriOf(Buffer.from([0xff, 0xd8, 0xff, 0xe0]))).toBe("data:image/jpeg;base");
    expect(uriOf(svg('<use href="#a"/><path fill="url(#b)"/>'))).toBe("data:image/svg+xml;b");
    const page = renderPage({ ...pageInput(), branding: pageBranding({ logo: { bytes: png, alt: "A bag" } }) });
    expect(page).toMatch(
      /<p class="brand"><img src="data:image\/png;base64,[^"]+" alt="A bag"><bdi>Northwind Hosting<\/bdi>/,
    );
    expect(page).toContain("; img-src data:; ");
    expect(renderPage(pageInput())).not.toMatch(/img-src|class="brand"/);
  });

  it.each([
    [
      "a logo that is too large",
      { logo: { bytes: Buffer.concat([png, Buffer.alloc(65_536)]), alt: "" } },
      "logo/bytes",
    ],
    ["a logo without bytes", { logo: { bytes: new Uint8Array(), alt: "" } }, "logo/bytes"],
    ["a logo that is no image", { logo: { bytes: Buffer.from("GIF89a"), alt: "" } }, "logo/bytes"],
    ["a logo without words", { logo: { bytes: png } }, "logo/alt"],
    ["a script in an SVG", { logo: { bytes: svg("<script>1</script>"), alt: "" } }, "logo/bytes"],
    ["an event in an SVG", { logo: { bytes: svg("<a onclick='1'/>"), alt: "" } }, "logo/bytes"],
    ["a reference of an SVG", { logo: { bytes: svg('<image href="https://x.example/y"/>'), alt: "" } }, "logo/bytes"],
    ["a colour by name", { colour: "rebeccapurple" }, "colour"],
    ["a colour that is more than that", { colour: "#fff}*{color:red" }, "colour"],
    ["an empty name", { name: " " }, "name"],
  ])("refuses %s", (_, branding, field) => {
    expect(problemOf(branding)).toBe(`CONFIG_INVALID /branding/${field}`);
  });

  it("is refused when the exporter is made, as is a language that the page does not speak", () => {
    const dataset = defineDataset({
      name: "notes",
      title: "Notes",
      schema: { type: "object", additionalProperties: false, required: ["id"], properties: { id: { type: "string" } } },
      subjectField: "/owner",
      privacy,
      source: iterableSource({ records: [] }),
    });
    const made = (more: object) => () =>
      createExporter({ controller: { name: "A", contact: "a@a.example" }, datasets: [dataset], ...more });
    expect(made({ branding: { colour: "red" } })).toThrow("/branding/colour: is not of the form #rrggbb.");
    expect(made({ locale: "sv" })).toThrow("/locale: is one of en, de, fr, es, it.");
    expect(made({ locale: "de", branding: { colour: "#0a7" } })).not.toThrow();
  });
});

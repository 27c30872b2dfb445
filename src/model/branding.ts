/** How the page in the bundle looks like the controller's. */
export interface Branding {
  /** A trade name for the head of the page, where it is not the controller's name. */
  readonly name?: string;
  /** Stands in the head of the page, on the colour. */
  readonly logo?: {
    /** A PNG, a JPEG or an SVG without scripts and references, at most 65,536 bytes. It is in every bundle. */
    readonly bytes: Uint8Array;
    /** What it shows, for whoever does not see it; `""` where the name says the same. */
    readonly alt: string;
  };
  /**
   * `#rrggbb`: behind the head of the page. Text on it is black or white, and links have its nearest shade that is easy enough to read
   * (4.5 : 1), in light and in dark.
   */
  readonly colour?: string;
}

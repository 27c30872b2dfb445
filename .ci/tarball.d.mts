/** What is wrong with a tarball's list of files, one sentence each. */
export function tarballFaults(tarball: {
  readonly paths: readonly string[];
  readonly packageFile: { readonly exports: object; readonly bin: object };
}): string[];

/** What is wrong with a source map: it must hold every source it names, and name this package's only. `path` is the map's in the tarball. */
export function sourceMapFaults(
  path: string,
  map: { readonly sources: readonly string[]; readonly sourcesContent?: readonly (string | null)[] },
): string[];

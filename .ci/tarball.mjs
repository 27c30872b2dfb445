/** What the published tarball holds, and what it must not. Plain JavaScript: the smoke test runs it on any Node.js. */

const allowed = [
  /^(package\.json|README\.md|LICENSE|CHANGELOG\.md)$/,
  /^schemas\/[a-z0-9./-]+\.json$/,
  /^dist\/[A-Za-z0-9_./-]+\.(js|js\.map|d\.ts)$/,
];

/** What is wrong with a tarball's list of files, one sentence each. */
export function tarballFaults({ paths, packageFile }) {
  const has = new Set(paths);
  const targets = [...Object.values(packageFile.exports), packageFile.bin].flatMap((target) =>
    typeof target === "string" ? [target] : Object.values(target),
  );
  const needed = ["README.md", "LICENSE", "CHANGELOG.md", ...targets.map((path) => path.replace(/^\.\//, ""))];
  return [
    ...paths
      .filter((path) => !allowed.some((form) => form.test(path)))
      .map((path) => `It holds ${path}, which is not for users.`),
    ...needed.filter((path) => !has.has(path)).map((path) => `It lacks ${path}.`),
  ];
}

/** What is wrong with a source map: it must hold every source it names, and name this package's only. */
export function sourceMapFaults(path, { sources, sourcesContent = [] }) {
  return sources.flatMap((source, index) => {
    const named = new URL(source, `file:///package/${path}`).pathname;
    if (!/^\/package\/(src\/|schemas\/|package\.json$)/.test(named))
      return [`${path} leads to ${source}, outside the package.`];
    return typeof sourcesContent[index] === "string" ? [] : [`${path} does not hold ${source}.`];
  });
}

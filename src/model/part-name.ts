/** The name of a zip of a set: `bundle.zip` → `bundle.part1.zip`, `bundle.zip.age` → `bundle.part1.zip.age`, `bundle.box` → `bundle.part1.box`. */
export function partName(name: string, part: number): string {
  const ending = /(?:\.zip(?:\.[^.]+)*|(?<=.)\.[^.]*)$/i.exec(name)?.[0] ?? "";
  return `${name.slice(0, name.length - ending.length)}.part${part}${ending}`;
}

/** What no one finds by chance: four bytes that must stand one after the other. */
export function planted(bytes: Uint8Array): void {
  if (bytes[0] === 0x50 && bytes[1] === 0x4b && bytes[2] === 0x07) {
    if (bytes[3] === 0x08) throw new Error("found");
  }
}

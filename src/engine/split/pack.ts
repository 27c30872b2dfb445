import { cutDataset } from "./cut.ts";
import { datasetBytes } from "./room.ts";
import type { SealedVolume, VolumeOptions } from "./volume.ts";

export interface PackOptions extends VolumeOptions {
  /** Room for data in each zip. */
  readonly room: number;
  readonly signal: AbortSignal;
}

/** A dataset, or a volume of one, that lies in the spool. */
export type PackedDataset = SealedVolume;

/** A dataset that would have less than this share of a zip's room is not begun there when it must be cut. */
const leastShare = 1 / 2;

/**
 * Says which zip has what: datasets in their order, each as a whole in the zip that is begun, or else in the next, and only what fits no
 * zip is cut.
 */
export async function packSet(
  datasets: readonly PackedDataset[],
  { room, ...options }: PackOptions,
): Promise<readonly (readonly PackedDataset[])[]> {
  const zips: PackedDataset[][] = [];
  let begun: PackedDataset[] = [];
  let left = room;
  const next = () => {
    if (begun.length > 0) zips.push(begun);
    begun = [];
    left = room;
  };
  const add = (packed: PackedDataset) => {
    begun.push(packed);
    left -= datasetBytes(packed.dataset);
  };
  for (const packed of datasets) {
    const bytes = datasetBytes(packed.dataset);
    if (bytes <= room) {
      if (bytes > left) next();
      add(packed);
      continue;
    }
    if (left < room * leastShare) next();
    const { volumes, goesOn } = await cutDataset(packed.dataset, { ...options, room, firstRoom: left });
    await packed.discard();
    for (const [index, volume] of volumes.entries()) {
      if (index > 0 || !goesOn) next();
      add(volume);
    }
  }
  next();
  return zips;
}

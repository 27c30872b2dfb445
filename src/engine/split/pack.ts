import { mostEntryBytes } from "../../archive/zip-size.ts";
import { attachmentEntries, type BundleAttachment, type BundleDataset } from "../../bundle/bundle-dataset.ts";
import { PortmanteauError } from "../../model/errors.ts";
import { abortedError } from "../read-pages.ts";
import { cutDataset } from "./cut.ts";
import { datasetBytes } from "./room.ts";
import { openRows } from "./rows.ts";
import { type SealedVolume, Volume, type VolumeOptions } from "./volume.ts";

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
 * zip is cut: its records first, and then, where these end, its files, each whole.
 *
 * @throws {PortmanteauError} `SPLIT_IMPOSSIBLE` when one record, or one file, is larger than a zip
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
  /** Takes the files in, behind the volume that was added last. */
  const addFiles = async (dataset: BundleDataset) => {
    let files = filesOfLast(begun);
    for (const [index, file] of dataset.attachments.entries()) {
      if (options.signal.aborted) throw abortedError();
      if (bytesMore(dataset, files, file) > left) {
        next();
        add(await emptyVolume(dataset, options));
        files = filesOfLast(begun);
      }
      left -= bytesMore(dataset, files, file);
      if (left < 0) throw tooLarge(dataset, index);
      files.push(file);
    }
  };
  for (const packed of datasets) {
    const bytes = datasetBytes(packed.dataset);
    if (bytes <= room) {
      if (bytes > left) next();
      add(packed);
      continue;
    }
    const records = { ...packed, dataset: { ...packed.dataset, attachments: [] } };
    const recordBytes = datasetBytes(records.dataset);
    if (recordBytes <= room) {
      if (recordBytes > left) next();
      add(records);
    } else {
      if (left < room * leastShare) next();
      const { volumes, goesOn } = await cutDataset(records.dataset, { ...options, room, firstRoom: left });
      for (const [index, volume] of volumes.entries()) {
        if (index > 0 || !goesOn) next();
        add(volume);
      }
    }
    await addFiles(packed.dataset);
    if (recordBytes > room) await packed.discard();
  }
  next();
  return zips;
}

/** The list of the last volume's files, which grows. */
function filesOfLast(volumes: PackedDataset[]): BundleAttachment[] {
  const last = volumes.pop() as PackedDataset;
  const attachments = [...last.dataset.attachments];
  volumes.push({ ...last, dataset: { ...last.dataset, attachments } });
  return attachments;
}

/** What one more file takes at most; the first one of a volume brings its directories. */
function bytesMore(dataset: BundleDataset, files: readonly BundleAttachment[], file: BundleAttachment): number {
  if (files.length > 0) return mostEntryBytes(file);
  const entries = attachmentEntries({ ...dataset, attachments: [file] });
  return entries.reduce((sum, entry) => sum + mostEntryBytes(entry), 0);
}

/** A volume without records, for files only. */
async function emptyVolume(of: BundleDataset, options: VolumeOptions): Promise<SealedVolume> {
  const rows = await openRows(of);
  await rows.close();
  const volume = await Volume.open(of, rows.header, options);
  try {
    return await volume.seal();
  } catch (error) {
    await volume.discard();
    throw error;
  }
}

function tooLarge({ dataset: { name }, attachments }: BundleDataset, index: number): PortmanteauError {
  return new PortmanteauError(
    "SPLIT_IMPOSSIBLE",
    `File ${index + 1} of ${attachments.length} of dataset "${name}" does not fit a zip of its own, and a file is never cut. Raise splitBytes.`,
    { context: { dataset: name } },
  );
}

import type { BundleDataset } from "../../bundle/bundle-dataset.ts";
import { PortmanteauError } from "../../model/errors.ts";
import { abortedError } from "../read-pages.ts";
import { openRows, type Row } from "./rows.ts";
import { type SealedVolume, Volume, type VolumeOptions } from "./volume.ts";

export interface CutOptions extends VolumeOptions {
  /** Room in the zip that is begun; all of `room` when it has nothing yet. */
  readonly firstRoom: number;
  /** Room for data in a zip of its own. */
  readonly room: number;
  readonly signal: AbortSignal;
}

export interface CutDataset {
  readonly volumes: readonly SealedVolume[];
  /** Whether the first volume fits the zip that is begun; every other has a zip of its own. */
  readonly goesOn: boolean;
}

/** Pieces of this size deflate as well as larger ones; in a small zip they are smaller, so that several fit. */
const mostChunkBytes = 512 * 1024;
const chunksPerZip = 8;

/**
 * Cuts a dataset that fits no zip into volumes, between two records. It is read once; held are a chunk of records and what zlib makes of it.
 * Where it is cut depends on the records, the level and the room alone.
 *
 * @throws {PortmanteauError} `SPLIT_IMPOSSIBLE` when one record is larger than a zip
 */
export async function cutDataset(
  of: BundleDataset,
  { firstRoom, room, signal, ...options }: CutOptions,
): Promise<CutDataset> {
  const volumes: SealedVolume[] = [];
  const rows = await openRows(of);
  let goesOn = firstRoom < room;
  let left = firstRoom;
  let at = 0;
  let volume: Volume | undefined;
  try {
    volume = await Volume.open(of, rows.header, options);
    for await (const chunk of rows.chunks(Math.min(mostChunkBytes, Math.ceil(room / chunksPerZip)))) {
      for (let rest: readonly Row[] = chunk; ; ) {
        if (signal.aborted) throw abortedError();
        const taken = await volume.fill(rest, left);
        at += taken;
        rest = rest.slice(taken);
        if (rest.length === 0) break;
        if (!volume.isEmpty) volumes.push(await volume.seal());
        else if (left < room) {
          await volume.discard();
          goesOn = false;
        } else throw tooLarge(of, at, rest[0]?.json !== undefined);
        volume = await Volume.open(of, rows.header, options);
        left = room;
      }
    }
    volumes.push(await volume.seal());
  } catch (error) {
    await volume?.discard();
    throw error;
  } finally {
    await rows.close();
  }
  return { volumes: withPreview(volumes, of), goesOn };
}

/** The page shows the first records beside the file that has them. */
function withPreview([first, ...rest]: readonly SealedVolume[], { preview }: BundleDataset): SealedVolume[] {
  if (first === undefined) return [];
  const { dataset } = first;
  return [{ ...first, dataset: { ...dataset, preview: preview.slice(0, dataset.json.records) } }, ...rest];
}

function tooLarge({ dataset: { name }, json }: BundleDataset, row: number, isRecord: boolean): PortmanteauError {
  const what = isRecord ? `Record ${row} as it is written` : `Quarantined record ${row - json.records}`;
  return new PortmanteauError(
    "SPLIT_IMPOSSIBLE",
    `${what} of dataset "${name}" does not fit a zip of its own, and a record is never cut. Raise splitBytes.`,
    { context: { dataset: name } },
  );
}

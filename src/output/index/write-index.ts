import type { IndexTarget } from '../../config/index-targets.js'
import type { OutputError } from '../../errors.js'
import type { GatheringOutput, OpenedOutputs } from '../gathering-output.js'
import { mergeTo, RunOutputs } from '../runs/run-outputs.js'
import { RECORD_HEADER_BYTES, UID_AT } from '../runs/sorted-runs.js'
import { UID_LENGTH } from '../uid.js'
import { createIndexFormat, type IndexFormat } from './formats/index-format.js'
import { RowBatch } from './row-batch.js'

/**
 * Merges the workers' sorted rows into the index, once for all its files. One that fails is abandoned; the others go on.
 *
 * @param runs    Paths of all workers' runs.
 * @param folder  The run's temporary folder.
 * @param isUtc   Times in names are in UTC.
 * @param opened  Finished or abandoned when the promise resolves or rejects.
 * @returns What went wrong with files.
 * @throws OutputError where the runs cannot be merged.
 */
export async function writeIndex(
  runs: readonly string[],
  folder: string,
  isUtc: boolean,
  opened: OpenedOutputs<Pick<IndexTarget, 'format'>>['outputs'],
): Promise<readonly OutputError[]> {
  const batch = new RowBatch(isUtc)
  const files: { readonly format: IndexFormat; readonly output: GatheringOutput }[] = []
  for (const { target, output } of opened) {
    const format = await createIndexFormat(target.format)
    format.begin(output.gathered)
    files.push({ format, output })
  }
  const outputs = new RunOutputs(files.map(({ output }) => output))
  const writeBatch = () => {
    for (const { format, output } of files) if (outputs.live.has(output)) format.write(batch, output.gathered)
    batch.clear()
  }
  const uid = Buffer.alloc(UID_LENGTH)
  return mergeTo(runs, folder, outputs, {
    begin: (bytes, at) => bytes.copy(uid, 0, at + UID_AT, at + RECORD_HEADER_BYTES),
    content: (bytes, from, to) => {
      batch.add(uid, 0, bytes, from, to)
      if (batch.isFull) writeBatch()
    },
    end: () => {
      if (batch.rows > 0) writeBatch()
      for (const { format, output } of files) if (outputs.live.has(output)) format.finish(output.gathered)
    },
  })
}

import type { IndexTarget } from '../../config/index-targets.js'
import type { OutputError } from '../../errors.js'
import type { GatheringOutput, OpenedOutputs } from '../gathering-output.js'
import { mergeTo, RunOutputs } from '../runs/run-outputs.js'
import { UID_AT } from '../runs/sorted-runs.js'
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
  let uid: Uint8Array = new Uint8Array()
  let uidAt = 0
  return mergeTo(runs, folder, outputs, {
    begin: (bytes, at) => {
      uid = bytes
      uidAt = at + UID_AT
    },
    content: (bytes, from, to) => {
      batch.add(uid, uidAt, bytes, from, to)
      if (batch.isFull) writeBatch()
    },
    end: () => {
      if (batch.rows > 0) writeBatch()
      for (const { format, output } of files) if (outputs.live.has(output)) format.finish(output.gathered)
    },
  })
}

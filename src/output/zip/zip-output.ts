import { type Failure, failureOf, OutputError } from '../../errors.js'
import { isThere } from '../../existing-outputs.js'
import type { Output, OutputSetup, RunParts } from '../output.js'
import { existsFailure } from '../output-failure.js'
import type { ZipPart } from './zip-spool.js'

/** The output of `-o NAME.zip`: one archive with what would be files below a folder. */
export function zipOutput({ config }: OutputSetup): Output<ZipPart> | null {
  const { zipFile, zipLevel, force } = config
  if (zipFile === null) return null
  return {
    open: ({ zip }) => ({ finish: () => zip!.finish() }),
    finish: (parts, run) => writeArchive(zipFile, zipLevel, force, [...parts, ...run.zipParts], run),
  }
}

async function writeArchive(
  path: string,
  level: number,
  isForced: boolean,
  parts: readonly ZipPart[],
  { tempFolder, isComplete }: RunParts,
): Promise<readonly Failure[]> {
  if (!isComplete) {
    const message = `No archive was written to "${path}": the run failed before it was complete`
    return [{ kind: 'output', message }]
  }
  const { ZipArchive } = await import('./zip-archive.js')
  const { mergeToRecords } = await import('../runs/run-outputs.js')
  try {
    if (!isForced && isThere(path)) throw existsFailure(path)
    const archive = new ZipArchive(path, level, parts, tempFolder)
    const errors = await mergeToRecords(
      parts.flatMap(({ runs }) => runs),
      tempFolder,
      archive,
    )
    return errors.map(failureOf)
  } catch (error) {
    if (!(error instanceof OutputError)) throw error
    return [failureOf(error)]
  }
}

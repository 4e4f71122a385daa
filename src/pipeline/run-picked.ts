import type { Config } from '../config/config.js'
import type { Decompression } from '../input/decompression.js'
import { identityAt } from '../input/folder-entries.js'
import type { Input } from '../input/input.js'
import { SkippedPaths } from '../input/skipped-paths.js'
import type { Selection } from '../output/selection.js'
import type { Summary } from '../summary.js'
import type { RunHooks } from './hooks.js'
import { MOST_INTERFACES, openToMerge, type Picked, reportOfPicked } from './reading/picked-reader.js'
import { PickedReading } from './reading/picked-reading.js'
import type { Reading } from './reading/reading.js'
import { convertInputs } from './run.js'
import { ThreadedDecompression } from './unpack/threaded-decompression.js'

export type { Picked, PickedInput } from './reading/picked-reader.js'

/**
 * Converts some packets of inputs that a run has read before, and writes the connections that are selected: as that run
 * would have written them, if `config` has its options and the packets are those of whole connections.
 */
export async function runPicked(
  config: Config,
  hooks: RunHooks,
  picked: Picked & Selection,
): Promise<Summary> {
  const decompression = new ThreadedDecompression()
  const { reading, inputs } = await readingOf(picked, decompression)
  const run = {
    captures: [{ inputs, dir: config.outputDir, name: null }],
    inputs,
    bytesTotal: 0, // so that the worker is inline
    problems: [],
    skipped: new SkippedPaths(),
    exposed: new Set(picked.inputs.map(({ path }) => identityAt(path) ?? '')),
    reading,
    resumed: null,
    selection: picked,
  }
  try {
    return await convertInputs(config, hooks, run, null, performance.now()).finally(() => reading.close())
  } finally {
    await decompression.close()
  }
}

async function readingOf(
  { inputs, isMerged }: Picked,
  decompression: Decompression,
): Promise<{ readonly reading: Reading; readonly inputs: readonly Input[] }> {
  if (!isMerged || inputs.length === 0) {
    const reading = new PickedReading(inputs, decompression)
    return { reading, inputs: reading.inputs }
  }
  const { MergedReading } = await import('./reading/merged-reading.js')
  const reading = MergedReading.again(openToMerge(inputs, decompression), MOST_INTERFACES, reportOfPicked)
  return { reading, inputs: [reading.input] }
}

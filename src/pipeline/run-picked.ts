import type { Config } from '../config/config.js'
import { identityAt } from '../input/folder-entries.js'
import { SkippedPaths } from '../input/skipped-paths.js'
import type { Selection } from '../output/selection.js'
import type { Summary } from '../summary.js'
import type { RunHooks } from './hooks.js'
import { type PickedInput, PickedReading } from './reading/picked-reading.js'
import { convertInputs } from './run.js'
import { ThreadedDecompression } from './unpack/threaded-decompression.js'

export type { PickedInput } from './reading/picked-reading.js'

/**
 * Converts some packets of inputs that a run has read before, and writes the connections that are selected: as that run
 * would have written them, if `config` has its options and the packets are those of whole connections.
 */
export async function runPicked(
  config: Config,
  hooks: RunHooks,
  inputs: readonly PickedInput[],
  selection: Selection,
): Promise<Summary> {
  const decompression = new ThreadedDecompression()
  const reading = new PickedReading(inputs, decompression)
  const run = {
    captures: [{ inputs: reading.inputs, dir: config.outputDir, name: null }],
    bytesTotal: 0, // so that the worker is inline
    problems: [],
    skipped: new SkippedPaths(),
    exposed: new Set(inputs.map(({ path }) => identityAt(path) ?? '')),
    reading,
    resumed: null,
    selection,
  }
  try {
    return await convertInputs(config, hooks, run, null, performance.now())
  } finally {
    await decompression.close()
  }
}

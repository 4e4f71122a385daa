import { join } from 'node:path'
import type { Config } from '../../config/config.js'
import type { WrapSource } from '../../input/byte-source.js'
import type { Decompression } from '../../input/decompression.js'
import type { Input } from '../../input/input.js'
import { orderByFirstPacket } from '../../input/order-inputs.js'
import { shownPath } from '../../system-path.js'
import type { CaptureOutput } from '../line/worker-task.js'
import { ResultFolders } from './result-folders.js'

/** One capture: its inputs, and the folder of its results. */
export interface Capture extends CaptureOutput {
  readonly inputs: readonly Input[]
}

/**
 * With `--per-file` each input is a capture; otherwise all inputs are one, in the order of their first packets.
 *
 * @param files The inputs that are files, by device and inode.
 * @throws ConfigError when two inputs would have one folder of results, or an input stands in the folder's place; OutputError
 *         when another file or a link stands there.
 */
export async function planCaptures(
  inputs: readonly Input[],
  config: Config,
  decompression: Decompression | null = null,
  files: ReadonlyMap<string, Input> = new Map(),
  wrap?: WrapSource,
): Promise<Capture[]> {
  if (!config.perFile) {
    const ordered = await orderByFirstPacket(
      inputs,
      { maxInterfaces: config.limits.interfaces },
      decompression,
      wrap,
    )
    return [{ inputs: ordered, dir: config.outputDir, name: null }]
  }
  const folders = new ResultFolders(config, files)
  return inputs.map((input) => ({
    inputs: [input],
    dir: folders.add(input),
    name: shownPath(input.path),
  }))
}

/** Each input as a capture for a program. Nobody sees their folders, so these have numbers. */
export function numberedCaptures(inputs: readonly Input[], { outputDir }: Config): Capture[] {
  return inputs.map((input, number) => ({
    inputs: [input],
    dir: join(outputDir, `${number}`),
    name: shownPath(input.path),
  }))
}

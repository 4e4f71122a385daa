import { lstatSync, type Stats } from 'node:fs'
import { basename, join } from 'node:path'
import type { Config } from '../config.js'
import { failureReason, OutputError } from '../errors.js'
import type { Decompression } from '../input/decompression.js'
import type { Input } from '../input/input.js'
import { orderByFirstPacket } from '../input/order-inputs.js'
import type { CaptureOutput } from './worker-task.js'

/** Inputs that are read as one capture, and where its results go. */
export interface Capture extends CaptureOutput {
  readonly inputs: readonly Input[]
}

/**
 * With `--per-file` every input is a capture; otherwise all are one, in the order of their first packets.
 *
 * @throws OutputError where a file or a link stands in the place of a capture's folder.
 */
export async function planCaptures(
  inputs: readonly Input[],
  config: Config,
  decompression: Decompression | null = null,
): Promise<Capture[]> {
  if (!config.perFile) {
    const ordered = await orderByFirstPacket(
      inputs,
      { maxInterfaces: config.limits.interfaces },
      decompression,
    )
    return [{ inputs: ordered, dir: config.outputDir, name: null }]
  }
  const taken = new Set<string>()
  return inputs.map((input) => {
    const name = freeName(input.kind === 'stdin' ? 'stdin' : basename(input.path), taken)
    const dir = join(config.outputDir, name)
    if (config.writeFiles) refuseOther(dir)
    return { inputs: [input], dir, name }
  })
}

// A link there would lead the results somewhere else.
function refuseOther(dir: string): void {
  const found = lookAt(dir)
  if (found === undefined || found.isDirectory()) return
  const kind = found.isSymbolicLink() ? 'link' : 'file'
  const problem = `a ${kind} has that name (-o names another output folder)`
  throw new OutputError(`Cannot make the folder "${dir}" for the results of that capture: ${problem}`, dir)
}

function lookAt(dir: string): Stats | undefined {
  try {
    return lstatSync(dir, { throwIfNoEntry: false })
  } catch (cause) {
    throw new OutputError(`Cannot make the folder "${dir}": ${failureReason(cause)}`, dir, { cause })
  }
}

// `name`, or `name~2`, `name~3` … where inputs of other folders have the same name.
function freeName(name: string, taken: Set<string>): string {
  let free = name
  for (let ordinal = 2; taken.has(free); ordinal++) free = `${name}~${ordinal}`
  taken.add(free)
  return free
}

import type { RawOptions } from '../config/config.js'
import { ConfigError } from '../errors.js'
import { OPTION_TABLE, type OptionRow, optionLabel } from './option-table.js'
import type { FoundOptions } from './parse-options.js'

/** The first argument that asks for an inspection. A file of that name is `./inspect`, or the value of `-r`. */
export const INSPECT = 'inspect'

/** Options of an inspection, with their help. */
const WITH_INSPECT: ReadonlyMap<string, string> = new Map([
  [
    'input-file',
    'capture to look into: file, "glob", folder, - for standard input; same as a plain argument',
  ],
  [
    'link-type',
    "link type to use instead of the capture's own: name or number; auto: what its packets look like",
  ],
  ['decode-as', 'tunnel on a port: udp:8473=vxlan, also tcp:; repeatable'],
  ['no-decap', "don't look inside tunnels"],
  ['json', 'as a JSON object instead of a table'],
  ['quiet', 'no problems and errors on standard error'],
  ['help', 'print this help and exit'],
])

/** Options of an inspection, in the order of its help. */
export const INSPECT_OPTIONS: readonly OptionRow[] = OPTION_TABLE.filter(({ name }) =>
  WITH_INSPECT.has(name),
).map((option) => ({ ...option, help: WITH_INSPECT.get(option.name) ?? option.help }))

/** What `pcap2conn inspect` is to do. The values of `raw` are as typed: `toConfig` checks them. */
export interface InspectCommand {
  readonly kind: 'inspect'
  readonly raw: RawOptions
  readonly isJson: boolean
  readonly isQuiet: boolean
}

/** @throws ConfigError naming an option that only a conversion takes. */
export function inspectCommand({ values, plain }: FoundOptions): InspectCommand {
  const other = OPTION_TABLE.find(({ name }) => values[name] !== undefined && !WITH_INSPECT.has(name))
  if (other !== undefined)
    throw new ConfigError(`Cannot use ${optionLabel(other)} with ${INSPECT}: it converts nothing`)
  return {
    kind: 'inspect',
    raw: {
      inputFile: [values['input-file'] ?? [], plain].flat() as string[],
      linkType: values['link-type'] as string | undefined,
      decodeAs: values['decode-as'] as string[] | undefined,
      noDecap: values['no-decap'] === true,
    },
    isJson: values.json === true,
    isQuiet: values.quiet === true,
  }
}

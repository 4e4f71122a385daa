import { choiceOf, flagOf, integerOf, pathOf, refusal, secondsOf, sizeOf } from './option-values.js'

/** The headings of the help, in its order. */
export const OPTION_GROUPS = [
  'Input',
  'Live capture',
  'Output',
  'Contents',
  'Reassembly',
  'Resources',
  'Report',
] as const

/** A number, or the text of one ("300", "1.5"). */
export type NumberOption = number | string

/** The parts of an option that do not depend on the type of its value. */
export interface OptionText {
  /** Letter of the short form. */
  readonly letter?: string
  readonly group: (typeof OPTION_GROUPS)[number]
  /** The sentence of the help and of the manual page. */
  readonly help: string
  /** The sentence of the README, in Markdown; absent: that of the help. */
  readonly readme?: string
  /** The connections, files or records of a run depend on it: `--resume` converts again what was made with another value. */
  readonly changesResults?: true
  /** Options without which this one has no meaning, by their names in the library, with the reason. */
  readonly needs?: Readonly<Record<string, string>>
  /** Options that exclude this one, by their names in the library, with the reason. */
  readonly conflicts?: Readonly<Record<string, string>>
}

/** What a shell offers for a value: words, files or folders. Absent: nothing. */
export type Offer = readonly string[] | 'files' | 'folders'

/** The value of an option. Absent for a flag. */
export interface OptionValue {
  /** Name of the value in the help. */
  readonly value: string
  readonly offer?: Offer
  /** May be given more than once. */
  readonly isRepeatable?: true
}

/** An option without its check. */
export type OptionRow = OptionText & Partial<OptionValue>

/**
 * The complete description of an option. Its name on the command line is its name in the library with dashes.
 *
 * `In` is the type that a caller may pass, `Out` the type in `Config`, `Field` its name in `Config` if that differs.
 */
export interface Option<In, Out, Field extends string = never> extends OptionText, Partial<OptionValue> {
  readonly field?: Field
  /** Only for the type. */
  readonly input?: In
  /**
   * @param label Name of the option in messages.
   * @param value The value given; undefined for none.
   * @throws ConfigError with a sentence that names the option, the value and what is allowed.
   */
  readonly check: (label: string, value: unknown) => Out
}

/** Options by their names in the library. */
export type OptionTable = Readonly<Record<string, Option<unknown, unknown, string>>>

/** The options that a caller may pass, unchecked. */
export type Asked<T extends OptionTable> = {
  readonly [K in keyof T]?: (T[K] extends Option<infer In, unknown, string> ? In : never) | undefined
}

/** The checked options, under their names in `Config`. */
export type Checked<T extends OptionTable> = {
  readonly [K in keyof T as T[K] extends Option<unknown, unknown, infer F>
    ? [F] extends [never]
      ? K
      : F
    : never]: T[K] extends Option<unknown, infer Out, string> ? Out : never
}

/** `-f/--max-file-desc`, or `--workers` for an option without a short form. */
export function optionLabel(option: { readonly name: string; readonly letter?: string | undefined }): string {
  return option.letter === undefined ? `--${option.name}` : `-${option.letter}/--${option.name}`
}

type Row<F extends string> = OptionText & { readonly field?: F }
type Valued<F extends string> = Row<F> & OptionValue

/** A flag: true when given. */
export function flag<const F extends string = never>(row: Row<F>): Option<boolean, boolean, F> {
  return { ...row, check: flagOf }
}

/** A flag that turns something off: false when given. */
export function denial<const F extends string = never>(row: Row<F>): Option<boolean, boolean, F> {
  return { ...row, check: (label, value) => !flagOf(label, value) }
}

/** A whole number from `min` to `max`. */
export function integer<const F extends string = never>(
  row: Valued<F> & { readonly fallback: number; readonly min: number; readonly max: number },
): Option<NumberOption, number, F> {
  const { fallback, min, max, ...rest } = row
  return { ...rest, check: (label, value) => integerOf(label, value, fallback, min, max) }
}

/** Seconds from 0 to `max`; 0 means never. */
export function seconds<const F extends string = never>(
  row: Valued<F> & { readonly fallback: number; readonly max: number },
): Option<NumberOption, number, F> {
  const { fallback, max, ...rest } = row
  return { ...rest, check: (label, value) => secondsOf(label, value, fallback, max) }
}

/** Bytes: a whole number, or text such as `64M`. `range` describes `min` to `max` in messages. */
export function size<const F extends string = never>(
  row: Valued<F> & {
    readonly fallback: number
    readonly min: number
    readonly max: number
    readonly range: string
  },
): Option<NumberOption, number, F> {
  const { fallback, min, max, range, ...rest } = row
  return { ...rest, check: (label, value) => sizeOf(label, value, fallback, min, max, range) }
}

/** One of several words. */
export function choice<const C extends string, const F extends string = never>(
  row: Valued<F> & { readonly choices: readonly C[]; readonly fallback: NoInfer<C> },
): Option<C, C, F> {
  const { choices, fallback, ...rest } = row
  return { ...rest, offer: choices, check: (label, value) => choiceOf(label, value, fallback, choices) }
}

/** A path, or null when not given. */
export function path<const F extends string = never>(row: Valued<F>): Option<string, string | null, F> {
  return { ...row, check: (label, value) => (value === undefined ? null : pathOf(label, value)) }
}

/** Any text, or null when not given. `what` describes it in messages. */
export function text<const F extends string = never>(
  row: Valued<F> & { readonly what: string; readonly isEmptyAllowed?: true },
): Option<string, string | null, F> {
  const { what, isEmptyAllowed, ...rest } = row
  const check = (label: string, value: unknown) => {
    if (value === undefined) return null
    const isText = typeof value === 'string' && !value.includes('\0')
    if (isText && (value !== '' || isEmptyAllowed)) return value
    throw refusal(label, value, what)
  }
  return { ...rest, check }
}

/** A value of any type, checked and converted by `check`. */
export function checked<In, Out, const F extends string = never>(
  row: Valued<F>,
  check: (label: string, value: unknown) => Out,
): Option<In, Out, F> {
  return { ...row, check }
}

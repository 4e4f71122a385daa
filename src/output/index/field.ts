import type { SplitSeconds } from '../time-text.js'
import type { FinishedConnection } from './finished-connection.js'

/**
 * What a field is about: seconds since 1970 (`time`) or a duration in seconds (`interval`), with 6 or 9 decimals; one of a
 * few names (`word`); an address; any text; an integer below 2^31 (`port`) or 2^53 (`count`); lists.
 */
export type FieldKind =
  | 'time'
  | 'interval'
  | 'word'
  | 'address'
  | 'text'
  | 'port'
  | 'count'
  | 'boolean'
  | 'gaps'
  | 'texts'
  | 'ports'

interface Named<Form extends string, Kind extends FieldKind> {
  readonly name: string
  readonly kind: Kind
  /** How workers hand it over, and what its column in memory is. */
  readonly form: Form
  /** True when it may be null. */
  readonly isNullable?: true
  /** True when JSON lines leave it out where it is null. */
  readonly isOptional?: true
}

/** An integer from 0 to 2^53 - 1; of a boolean 0 or 1. */
export interface NumberField extends Named<'number', 'count' | 'port' | 'boolean'> {
  readonly of: (from: FinishedConnection) => number
}

/** One of a few texts, at most 256, by its place among them. */
export interface WordField extends Named<'word', 'word' | 'text'> {
  readonly words: readonly string[]
  readonly of: (from: FinishedConnection) => number
}

/** A text or null. */
export interface TextField extends Named<'text', 'word' | 'text'> {
  readonly of: (from: FinishedConnection) => string | null
}

/** A text of ASCII that stands in a column of the connection table, with its length beside it. */
export interface BytesField extends Named<'bytes', 'text'> {
  readonly bytes: (from: FinishedConnection) => Uint8Array
  readonly start: (from: FinishedConnection) => number
  readonly length: (from: FinishedConnection) => number
}

/** The uid: it stands before each record, which is sorted by it. */
export type UidField = Named<'uid', 'text'>

/** The base name: workers hand over its ordinal, the rest is in other fields. */
export interface NameField extends Named<'name', 'text'> {
  readonly ordinal: (from: FinishedConnection) => number
}

/** A list as JSON. */
export interface ListField extends Named<'list', 'gaps' | 'texts' | 'ports'> {
  readonly of: (from: FinishedConnection) => string
}

/** A time or a difference of times. It is exact to the decimals that the connection's times have. */
export interface TimeField extends Named<'time', 'time' | 'interval'> {
  readonly set: (from: FinishedConnection, out: SplitSeconds) => void
}

/** Four words, or the first of them. */
export interface AddressField extends Named<'address', 'address'> {
  /** Where it begins in the column `address` of the connection table. */
  readonly at: (from: FinishedConnection) => number
}

/** One field of the index record. */
export type IndexField =
  | NumberField
  | WordField
  | TextField
  | BytesField
  | UidField
  | NameField
  | ListField
  | TimeField
  | AddressField

export function count(name: string, of: NumberField['of']): NumberField {
  return { name, kind: 'count', form: 'number', of }
}

export function port(name: string, of: NumberField['of']): NumberField {
  return { name, kind: 'port', form: 'number', of }
}

export function boolean(name: string, of: (from: FinishedConnection) => boolean): NumberField {
  return { name, kind: 'boolean', form: 'number', of: (from) => (of(from) ? 1 : 0) }
}

/** A text of which there are few. @param of Gives the place in `words`. */
export function word(
  name: string,
  kind: WordField['kind'],
  words: readonly string[],
  of: WordField['of'],
): WordField {
  return { name, kind, form: 'word', words, of }
}

export function text(name: string, of: (from: FinishedConnection) => string): TextField {
  return { name, kind: 'text', form: 'text', of }
}

/** A text that is bytes already. */
export function bytes(name: string, of: Pick<BytesField, 'bytes' | 'start' | 'length'>): BytesField {
  return { name, kind: 'text', form: 'bytes', ...of }
}

/** A text that may be null. */
export function textOrNull(name: string, of: TextField['of']): TextField {
  return { name, kind: 'text', form: 'text', isNullable: true, of }
}

/** A text that may be null, and is then left out of JSON lines. */
export function optionalText(name: string, of: TextField['of'], kind: TextField['kind'] = 'text'): TextField {
  return { name, kind, form: 'text', isNullable: true, isOptional: true, of }
}

export function list(name: string, kind: ListField['kind'], of: ListField['of']): ListField {
  return { name, kind, form: 'list', of }
}

export function time(name: string, kind: TimeField['kind'], set: TimeField['set']): TimeField {
  return { name, kind, form: 'time', set }
}

export function address(name: string, at: AddressField['at']): AddressField {
  return { name, kind: 'address', form: 'address', at }
}

export function baseName(name: string, ordinal: NameField['ordinal']): NameField {
  return { name, kind: 'text', form: 'name', ordinal }
}

export function uid(name: string): UidField {
  return { name, kind: 'text', form: 'uid' }
}

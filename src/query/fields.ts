import type { FieldKind, IndexField } from '../output/index/field.js'
import { INDEX_FIELDS } from '../output/index/index-fields.js'
import { addressTest } from './networks.js'
import { durationOf, timeOf } from './times.js'

/** Fields of an index record by name. Integers may be bigint, times are seconds; a field that is missing is null. */
export type QueryRecord = Readonly<Record<string, unknown>>
export type RecordTest = (record: QueryRecord) => boolean
type ValueTest = (value: unknown) => boolean

/** What a query can ask of a field. */
export interface Field {
  readonly name: string
  /** The fields of records that it stands for. */
  readonly columns: readonly string[]
  /** A value of it, in messages. */
  readonly expects: string
  readonly operators: readonly string[]
  /** The field alone as a test; null: it must be compared. */
  readonly bare: RecordTest | null
  /** A test; or which of the two it does not take. */
  test(operator: string, value: string): RecordTest | 'operator' | 'value'
}

interface Kind {
  readonly expects: string
  readonly operators: readonly string[]
  /** The operator is one of `operators`. Null: the text is no value. */
  readonly test: (operator: string, text: string) => ValueTest | null
}

const EQUALITY = ['=', '!=', 'in']
const ORDER = ['=', '!=', '<', '<=', '>', '>=', 'in']
const NULL = 'null'
const UNIT: Readonly<Record<string, number>> = { '': 1, K: 2 ** 10, M: 2 ** 20, G: 2 ** 30, T: 2 ** 40 }

const KINDS: Readonly<Record<Exclude<FieldKind, 'gaps'>, Kind>> = {
  time: ordered('a time such as 2026-11-30T09:00:00Z', timeOf),
  interval: ordered('a duration such as 1.5, 30s or 10m', durationOf),
  count: ordered('a number such as 1500 or 1M', countOf),
  port: ordered('a number', wholeOf),
  word: { expects: 'a word', operators: [...EQUALITY, 'contains'], test: wordTest },
  text: { expects: 'a text', operators: [...EQUALITY, 'contains'], test: textTest },
  address: { expects: 'an address or a network such as 10.0.0.0/8', operators: EQUALITY, test: addressIn },
  boolean: {
    expects: 'true or false',
    operators: ['=', '!='],
    test: (operator, text) => {
      if (text !== 'true' && text !== 'false') return null
      return equality(operator, (value) => value === (text === 'true'))
    },
  },
  texts: {
    expects: 'a text',
    operators: ['contains'],
    test: (_operator, text) => (value) => Array.isArray(value) && value.includes(text),
  },
  ports: {
    expects: 'a number',
    operators: ['contains'],
    test: (_operator, text) => {
      const number = wholeOf(text)
      return number === null
        ? null
        : (value) => Array.isArray(value) && value.some((v) => Number(v) === number)
    },
  },
}

/** Names for the two fields of both sides: a test of them is one of either side. */
const EITHER: Readonly<Record<string, readonly [string, string]>> = {
  host: ['id.orig_h', 'id.resp_h'],
  port: ['id.orig_p', 'id.resp_p'],
}

const FIELDS: ReadonlyMap<string, Field> = new Map([
  ...INDEX_FIELDS.flatMap((column): [string, Field][] =>
    column.kind === 'gaps' ? [] : [[column.name, fieldFrom(column, KINDS[column.kind])]],
  ),
  ...Object.entries(EITHER).map(([name, sides]): [string, Field] => [name, eitherOf(name, sides)]),
])

/** The field of a query with this name; null: there is none. */
export function fieldOf(name: string): Field | null {
  return FIELDS.get(name) ?? null
}

export function fieldNames(): readonly string[] {
  return [...FIELDS.keys()]
}

function fieldFrom({ name, kind, isNullable }: IndexField, { expects, operators, test }: Kind): Field {
  return {
    name,
    columns: [name],
    expects,
    operators,
    bare: kind === 'boolean' ? (record) => record[name] === true : null,
    test: (operator, text) => {
      if (!operators.includes(operator)) return 'operator'
      if (isNullable && text === NULL && operator !== 'contains')
        return (record) => (record[name] == null) === (operator !== '!=')
      const matches = test(operator, text)
      // Nothing that is compared with null is true, as in SQL.
      return matches === null ? 'value' : (record) => record[name] != null && matches(record[name])
    },
  }
}

function eitherOf(name: string, [orig, resp]: readonly [string, string]): Field {
  const field = fieldOfColumn(orig)
  const other = fieldOfColumn(resp)
  return {
    ...field,
    name,
    columns: [orig, resp],
    test: (operator, text) => {
      const isNegative = operator === '!='
      const one = field.test(isNegative ? '=' : operator, text)
      const two = other.test(isNegative ? '=' : operator, text)
      if (typeof one === 'string') return one
      if (typeof two === 'string') return two
      return (record) => (one(record) || two(record)) !== isNegative
    },
  }
}

function fieldOfColumn(name: string): Field {
  const column = INDEX_FIELDS.find((candidate) => candidate.name === name)!
  return fieldFrom(column, KINDS[column.kind as keyof typeof KINDS])
}

function ordered(expects: string, read: (text: string) => number | null): Kind {
  return {
    expects,
    operators: ORDER,
    test: (operator, text) => {
      const limit = read(text)
      return limit === null ? null : (value) => isInOrder(operator, Number(value), limit)
    },
  }
}

function isInOrder(operator: string, value: number, limit: number): boolean {
  switch (operator) {
    case '<':
      return value < limit
    case '<=':
      return value <= limit
    case '>':
      return value > limit
    case '>=':
      return value >= limit
    case '!=':
      return value !== limit
    default:
      return value === limit
  }
}

function equality(operator: string, equals: ValueTest): ValueTest {
  return operator === '!=' ? (value) => !equals(value) : equals
}

// Words such as TCP are known whatever their case.
function wordTest(operator: string, text: string): ValueTest {
  const word = text.toLowerCase()
  if (operator === 'contains') return (value) => String(value).toLowerCase().includes(word)
  return equality(operator, (value) => String(value).toLowerCase() === word)
}

function textTest(operator: string, text: string): ValueTest {
  if (operator === 'contains') return (value) => String(value).includes(text)
  return equality(operator, (value) => value === text)
}

function addressIn(operator: string, text: string): ValueTest | null {
  const isIn = addressTest(text)
  return isIn === null ? null : equality(operator, (value) => isIn(String(value)))
}

function countOf(text: string): number | null {
  const [, digits, unit = ''] = /^(\d+(?:\.\d+)?)([KMGT]?)$/i.exec(text) ?? []
  return digits === undefined ? null : Number(digits) * UNIT[unit.toUpperCase()]!
}

function wholeOf(text: string): number | null {
  return /^\d{1,10}$/.test(text) ? Number(text) : null
}

import type { ThriftWriter } from './thrift-writer.js'

/** Physical types. */
export const TYPE_NUMBERS = { boolean: 0, int32: 1, int64: 2, double: 5, text: 6, nanoseconds: 2 } as const
export type ValueType = keyof typeof TYPE_NUMBERS

const REQUIRED = 0
const OPTIONAL = 1
const REPEATED = 2
/** Converted types, which older readers know. */
const UTF8 = 0
const LIST = 3

/** A column of a schema. */
export interface SchemaNode {
  readonly name: string
  readonly kind: 'column' | 'list'
  readonly isNullable: boolean
  /** The values: one, or of a list whose elements are structures the fields of one. */
  readonly types: readonly { readonly name: string; readonly type: ValueType }[]
}

export interface Leaf {
  readonly path: readonly string[]
  readonly type: ValueType
}

/** What has values, in order. */
export function leavesOf(schema: readonly SchemaNode[]): readonly Leaf[] {
  return schema.flatMap(({ name, kind, types }) => {
    if (kind === 'column') return [{ path: [name], type: types[0]!.type }]
    const element = [name, 'list', 'element']
    if (types.length === 1) return [{ path: element, type: types[0]!.type }]
    return types.map((field) => ({ path: [...element, field.name], type: field.type }))
  })
}

interface Element {
  readonly name: string
  readonly repetition?: number
  readonly type?: ValueType
  readonly children?: number
  readonly isList?: boolean
}

/** Writes the schema as a field of the footer, depth first. */
export function putSchema(id: number, schema: readonly SchemaNode[], thrift: ThriftWriter): void {
  const elements: Element[] = [{ name: 'root', children: schema.length }, ...schema.flatMap(elementsOf)]
  thrift.structList(id, elements, ({ name, repetition, type, children, isList }) => {
    if (type !== undefined) thrift.i32(1, TYPE_NUMBERS[type])
    if (repetition !== undefined) thrift.i32(3, repetition)
    thrift.binary(4, name)
    if (children !== undefined) thrift.i32(5, children)
    if (type === 'text') thrift.i32(6, UTF8)
    if (isList) thrift.i32(6, LIST)
    if (type === 'text' || type === 'nanoseconds' || isList) thrift.struct(10, () => putLogical(type, thrift))
  })
}

function elementsOf({ name, kind, isNullable, types }: SchemaNode): Element[] {
  const repetition = isNullable ? OPTIONAL : REQUIRED
  if (kind === 'column') return [{ name, repetition, type: types[0]!.type }]
  const inner: Element[] =
    types.length === 1
      ? [{ name: 'element', repetition: REQUIRED, type: types[0]!.type }]
      : [
          { name: 'element', repetition: REQUIRED, children: types.length },
          ...types.map((field) => ({ name: field.name, repetition: REQUIRED, type: field.type })),
        ]
  return [
    { name, repetition, children: 1, isList: true },
    { name: 'list', repetition: REPEATED, children: 1 },
    ...inner,
  ]
}

// The union LogicalType: STRING, LIST, or TIMESTAMP that is not adjusted to UTC, in nanoseconds.
function putLogical(type: ValueType | undefined, thrift: ThriftWriter): void {
  if (type === undefined) thrift.struct(3, () => {})
  else if (type === 'text') thrift.struct(1, () => {})
  else
    thrift.struct(8, () => {
      thrift.boolean(1, false)
      thrift.struct(2, () => thrift.struct(3, () => {}))
    })
}

import type { SchemaElement } from 'hyparquet-writer'
import type { IndexField } from '../field.js'

const TEXT = { type: 'BYTE_ARRAY', converted_type: 'UTF8', logical_type: { type: 'STRING' } } as const
const GAP_FIELDS = ['offset', 'length'] as const

/**
 * The schema of one column, depth first: nanoseconds since 1970 for `ts` (null outside the years 1677 to 2262, which 64
 * bits hold), double precision for `duration`, UTF-8 for text, INT32 for ports, INT64 for counts, lists for lists.
 *
 * Source: parquet-format, LogicalTypes.md.
 */
export function columnSchema({ name, kind, isNullable }: IndexField): SchemaElement[] {
  const repetition_type = isNullable ? 'OPTIONAL' : 'REQUIRED'
  switch (kind) {
    case 'time':
      return [
        {
          name,
          repetition_type: 'OPTIONAL',
          type: 'INT64',
          logical_type: { type: 'TIMESTAMP', isAdjustedToUTC: false, unit: 'NANOS' },
        },
      ]
    case 'interval':
      return [{ name, repetition_type, type: 'DOUBLE' }]
    case 'word':
    case 'address':
    case 'text':
      return [{ name, repetition_type, ...TEXT }]
    case 'port':
      return [{ name, repetition_type, type: 'INT32' }]
    case 'count':
      return [{ name, repetition_type, type: 'INT64' }]
    case 'boolean':
      return [{ name, repetition_type, type: 'BOOLEAN' }]
    case 'texts':
      return listSchema(name, [{ name: 'element', repetition_type: 'REQUIRED', ...TEXT }])
    case 'ports':
      return listSchema(name, [{ name: 'element', repetition_type: 'REQUIRED', type: 'INT32' }])
    case 'gaps':
      return listSchema(name, [
        { name: 'element', repetition_type: 'REQUIRED', num_children: GAP_FIELDS.length },
        ...GAP_FIELDS.map(
          (field) => ({ name: field, repetition_type: 'REQUIRED', type: 'INT64' }) satisfies SchemaElement,
        ),
      ])
  }
}

function listSchema(name: string, element: readonly SchemaElement[]): SchemaElement[] {
  return [
    {
      name,
      repetition_type: 'REQUIRED',
      num_children: 1,
      converted_type: 'LIST',
      logical_type: { type: 'LIST' },
    },
    { name: 'list', repetition_type: 'REPEATED', num_children: 1 },
    ...element,
  ]
}

import type { ComponentChildren } from 'preact'
import { useCallback, useLayoutEffect, useRef, useState } from 'preact/hooks'

/**
 * Row layouts from wide to narrow: table rows of one line, of two lines, then cards of more and more lines. The table
 * uses the first layout that fits every row shown so far. All rows of a layout have the same height.
 */
const LAYOUTS = [
  { name: 'lines', rowPixels: 28 },
  { name: 'two-lines', rowPixels: 46 },
  ...[3, 4, 5, 6, 7, 8, 10, 12, 15].map((lines) => ({ name: 'cards', rowPixels: lines * 22 + 13 })),
]
/** Extra rows rendered above and below the visible ones. */
const SPARE_ROWS = 8
/** Browsers limit the height of an element. With more rows, one pixel of scrolling passes several rows. */
const MAX_PIXELS = 12_000_000

/** A column of a table whose rows are `T`. */
export interface Column<T> {
  readonly key: string
  readonly title: string
  readonly isNumber?: boolean
  /** Whether clicking the header sorts by this column. Default true. */
  readonly isSortable?: boolean
  readonly cell: (row: T) => ComponentChildren
}

/** The sort order: a column's key and the direction. */
export interface Sorting {
  readonly key: string
  readonly isDescending: boolean
}

interface Props<T> {
  readonly label: string
  readonly columns: readonly Column<T>[]
  readonly rowCount: number
  /** The row at `index`, or undefined while it is loading. */
  readonly rowAt: (index: number) => T | undefined
  /** Called when rows `[from, to)` become visible. */
  readonly onRange?: (from: number, to: number) => void
  readonly sorting: Sorting
  readonly onSort: (sorting: Sorting) => void
  readonly isSelected?: (row: T) => boolean
  /** Called when the user chooses a row by mouse, or by arrow keys and Enter. */
  readonly onSelect?: (index: number) => void
  /** Called when the user marks a row by the space bar. */
  readonly onToggle?: (index: number) => void
}

/** A table that renders only the visible rows. */
export function VirtualTable<T>(props: Props<T>) {
  const { columns, rowCount, rowAt, onRange, isSelected, onSelect, onToggle } = props
  const scroller = useRef<HTMLDivElement>(null)
  const [top, setTop] = useState(0)
  const [height, setHeight] = useState(600)
  const [focused, setFocused] = useState<number | null>(null)
  const [layout, setLayout] = useState(0)
  const [headPixels, setHeadPixels] = useState(36)
  const { name, rowPixels } = LAYOUTS[layout]!

  useLayoutEffect(() => {
    const element = scroller.current!
    // Includes the scroll bar, because the layout decides whether there is one.
    let width = element.offsetWidth
    const observer = new ResizeObserver(() => {
      setHeight(element.clientHeight)
      if (element.offsetWidth !== width) setLayout(0)
      width = element.offsetWidth
    })
    observer.observe(element)
    setHeight(element.clientHeight)
    return () => observer.disconnect()
  }, [])
  useLayoutEffect(() => {
    const element = scroller.current!
    setHeadPixels(element.querySelector('thead')!.offsetHeight)
    if (layout < LAYOUTS.length - 1 && !fits(element, rowPixels)) setLayout(layout + 1)
  })

  const visibleRows = Math.max(1, Math.floor((height - headPixels) / rowPixels))
  const pixels = Math.min(rowCount * rowPixels, MAX_PIXELS)
  const isScaled = pixels < rowCount * rowPixels
  const scrollable = Math.max(1, pixels + headPixels - height)
  const firstSeen = isScaled
    ? Math.floor(Math.min(1, top / scrollable) * Math.max(0, rowCount - visibleRows))
    : Math.floor(top / rowPixels)
  const from = Math.max(0, Math.min(firstSeen - SPARE_ROWS, rowCount))
  const to = Math.min(rowCount, firstSeen + visibleRows + SPARE_ROWS)
  const above = isScaled
    ? Math.max(0, Math.min(top, pixels) - (firstSeen - from) * rowPixels)
    : from * rowPixels
  const below = Math.max(0, pixels - above - (to - from) * rowPixels)

  useLayoutEffect(() => onRange?.(from, to), [onRange, from, to])

  const moveTo = useCallback(
    (index: number) => {
      const row = Math.max(0, Math.min(index, rowCount - 1))
      setFocused(row)
      const element = scroller.current!
      if (row < firstSeen) element.scrollTop = isScaled ? (row / rowCount) * scrollable : row * rowPixels
      else if (row >= firstSeen + visibleRows) {
        const first = row - visibleRows + 1
        element.scrollTop = isScaled ? (first / rowCount) * scrollable : first * rowPixels
      }
    },
    [rowCount, rowPixels, firstSeen, visibleRows, isScaled, scrollable],
  )
  // Keep the chosen row in sight when a panel takes room, and the first visible row when the row height changes.
  useLayoutEffect(() => {
    if (focused !== null) moveTo(focused)
  }, [height])
  const seen = useRef({ rowPixels, firstSeen })
  useLayoutEffect(() => {
    if (seen.current.rowPixels !== rowPixels && !isScaled) {
      scroller.current!.scrollTop = seen.current.firstSeen * rowPixels
      seen.current = { ...seen.current, rowPixels }
    } else seen.current = { rowPixels, firstSeen }
  }, [rowPixels, firstSeen])
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.target !== scroller.current) return
    const steps: Record<string, number> = {
      ArrowDown: 1,
      ArrowUp: -1,
      PageDown: visibleRows,
      PageUp: -visibleRows,
      Home: -rowCount,
      End: rowCount,
    }
    const step = steps[event.key]
    if (step !== undefined) moveTo((focused ?? (step > 0 ? firstSeen - 1 : firstSeen)) + step)
    else if (event.key === 'Enter' && focused !== null) onSelect?.(focused)
    else if (event.key === ' ' && focused !== null && onToggle !== undefined) onToggle(focused)
    else return
    event.preventDefault()
  }

  const rows = []
  for (let index = from; index < to; index++) {
    const row = rowAt(index)
    rows.push(
      <tr
        key={index}
        class="row"
        aria-rowindex={index + 2}
        aria-selected={index === focused || (row !== undefined && isSelected?.(row) === true)}
        onClick={() => {
          setFocused(index)
          onSelect?.(index)
        }}
      >
        {columns.map((column) => (
          <td
            key={column.key}
            class={`${column.key} ${column.isNumber ? 'number' : ''}`}
            data-title={column.title}
          >
            {row === undefined ? '' : column.cell(row)}
          </td>
        ))}
      </tr>,
    )
  }
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: it scrolls, and takes the keys
    <div
      class={`grid-scroll ${name}`}
      style={{ '--row': `${rowPixels}px` }}
      ref={scroller}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, and takes the keys
      tabIndex={0}
      onKeyDown={onKeyDown}
      onScroll={(event) => setTop(event.currentTarget.scrollTop)}
    >
      <table class="grid" aria-label={props.label} aria-rowcount={rowCount + 1}>
        <thead>
          <tr>
            {columns.map((column) => (
              <HeadCell key={column.key} column={column} sorting={props.sorting} onSort={props.onSort} />
            ))}
          </tr>
        </thead>
        <tbody>
          <tr class="space">
            <td colSpan={columns.length} style={{ height: `${above}px` }} />
          </tr>
          {rows}
          <tr class="space">
            <td colSpan={columns.length} style={{ height: `${below}px` }} />
          </tr>
        </tbody>
      </table>
    </div>
  )
}

/** True when no row is taller than `rowPixels` and the table needs no horizontal scrolling. */
function fits(scroller: HTMLElement, rowPixels: number): boolean {
  if (scroller.scrollWidth > scroller.clientWidth) return false
  const rows = [...scroller.querySelectorAll<HTMLElement>('tr.row')]
  return rows.every((row) => Math.max(row.offsetHeight, row.scrollHeight) <= rowPixels)
}

interface HeadProps<T> {
  readonly column: Column<T>
  readonly sorting: Sorting
  readonly onSort: (sorting: Sorting) => void
}

function HeadCell<T>({ column, sorting, onSort }: HeadProps<T>) {
  const isSorted = sorting.key === column.key
  const direction = sorting.isDescending ? 'descending' : 'ascending'
  const align = column.isNumber ? 'number' : ''
  if (column.isSortable === false) {
    return (
      <th class={align} scope="col">
        <span>{column.title}</span>
      </th>
    )
  }
  // The first click sorts numbers from largest to smallest.
  const isDescending = isSorted ? !sorting.isDescending : column.isNumber === true
  return (
    <th class={align} scope="col" aria-sort={isSorted ? direction : 'none'}>
      <button type="button" onClick={() => onSort({ key: column.key, isDescending })}>
        {column.title}
        {isSorted ? (sorting.isDescending ? ' ▼' : ' ▲') : ''}
      </button>
    </th>
  )
}

import { render } from 'preact'
import { useCallback, useState } from 'preact/hooks'
import { countText } from '../../figures.js'
import { countedText, visible } from '../../report/app/format.js'
import { ThemeButton } from '../../report/app/theme-button.js'
import type { TablePart, TableRow } from '../view-data.js'
import { ConnectionTable } from './connection-table.js'
import { Conversation } from './conversation.js'
import { Filters } from './filters.js'
import { SaveButtons } from './save-buttons.js'

function Viewer() {
  const [filters, setFilters] = useState('')
  const [state, setState] = useState<TablePart | null>(null)
  const [problem, setProblem] = useState<string | null>(null)
  const [selected, setSelected] = useState<TableRow | null>(null)
  const [picked, setPicked] = useState<ReadonlySet<number>>(new Set())
  const mostSaved = state?.mostSaved ?? 0
  const onPick = useCallback(
    (row: number) => {
      setPicked((before) => {
        const after = new Set(before)
        if (!after.delete(row) && after.size < mostSaved) after.add(row)
        return after
      })
    },
    [mostSaved],
  )
  const hasMap = state?.hasMap === true
  const onState = useCallback((part: TablePart | null, text: string | null) => {
    if (part !== null) setState(part)
    setProblem(text ?? part?.problem ?? null)
  }, [])
  return (
    <div class={selected === null ? 'viewer' : 'viewer with-conversation'}>
      <header class="bar">
        <h1>Connections</h1>
        <Filters
          protocols={state?.protocols ?? []}
          states={state?.states ?? []}
          services={state?.services ?? []}
          onFilters={setFilters}
        />
        <ThemeButton />
      </header>
      <div
        class="status dim"
        aria-live="polite"
        data-matching={state?.matching ?? ''}
        data-total={state?.total ?? ''}
      >
        {state !== null && statusText(state)}
        {problem !== null && <span class="bad"> {visible(problem)}</span>}
      </div>
      {picked.size > 0 && (
        <div class="selection">
          <span aria-live="polite">
            {countText(picked.size)} selected{picked.size === mostSaved ? ', which is the most' : ''}
          </span>
          <SaveButtons
            key={[...picked].join()}
            rows={[...picked]}
            what="the selected connections"
            forms={hasMap ? ['payload', 'json', 'pcap'] : ['payload', 'json']}
          />
          <button type="button" onClick={() => setPicked(new Set())}>
            Clear
          </button>
        </div>
      )}
      <ConnectionTable
        filters={filters}
        picked={picked}
        onPick={onPick}
        selected={selected?.row ?? null}
        onSelect={setSelected}
        onState={onState}
      />
      {selected !== null && (
        <Conversation key={selected.row} row={selected} hasMap={hasMap} onClose={() => setSelected(null)} />
      )}
    </div>
  )
}

function statusText({ matching, total, isLoaded, search }: TablePart): string {
  const counts = `${countText(matching)} of ${countedText(total, 'connection')}`
  const loading = isLoaded ? '' : ', reading the index'
  if (search === null) return counts + loading
  const unreadable = search.unreadable > 0 ? `, ${countText(search.unreadable)} without readable files` : ''
  if (search.searched === search.of) return `${counts}${unreadable}`
  return `${counts}${unreadable}, searched ${countText(search.searched)} of ${countText(search.of)}`
}

render(<Viewer />, document.getElementById('app')!)

import { useState } from 'preact/hooks'
import { visible } from '../../report/app/format.js'
import type { ExportForm } from '../view-data.js'
import { checkExport, exportAddress } from './api.js'

const TITLES = { payload: 'Payload', json: 'JSON', pcap: 'pcap' } as const

interface Props {
  readonly rows: readonly number[]
  readonly forms: readonly ExportForm[]
  /** What is saved, for those who do not see where the buttons stand. */
  readonly what: string
}

/** Buttons that save connections. What cannot be had is said, and the others are saved. */
export function SaveButtons({ rows, forms, what }: Props) {
  const [problem, setProblem] = useState<string | null>(null)
  const [isBusy, setBusy] = useState(false)
  const save = async (form: ExportForm) => {
    setProblem(null)
    setBusy(true)
    try {
      const check = await checkExport(rows, form)
      setProblem(check.problem)
      if (check.ready > 0) saveFrom(exportAddress(rows, form))
    } catch (error) {
      setProblem(error instanceof Error ? error.message : String(error))
    } finally {
      setBusy(false)
    }
  }
  return (
    <>
      {forms.map((form) => (
        <button
          key={form}
          type="button"
          disabled={isBusy}
          aria-label={`Save ${what} as ${TITLES[form]}`}
          onClick={() => void save(form)}
        >
          {TITLES[form]}
        </button>
      ))}
      {problem !== null && (
        <span class="bad" role="alert">
          {visible(problem)}
        </span>
      )}
    </>
  )
}

function saveFrom(address: string): void {
  const link = document.createElement('a')
  link.href = address
  link.download = ''
  link.click()
}

import { useLayoutEffect, useState } from 'preact/hooks'

/** Told when colours have changed: charts are painted, and don't follow by themselves. */
export function onThemeChange(listener: () => void): () => void {
  const observer = new MutationObserver(listener)
  observer.observe(document.documentElement, { attributes: true, attributeFilter: ['data-theme'] })
  return () => observer.disconnect()
}

/** A colour of the style sheet as it is now: `--text`. */
export function themeColour(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim()
}

/** Switches between light and dark; at first it is as the system has it. Paper is always light. */
export function ThemeButton() {
  const [isDark, setDark] = useState(() => matchMedia('(prefers-color-scheme: dark)').matches)
  // Before the first paint: the style sheet has dark colours for `data-theme` alone.
  useLayoutEffect(() => {
    const root = document.documentElement
    root.dataset.theme = isDark ? 'dark' : 'light'
    const toPaper = () => {
      root.dataset.theme = 'light'
    }
    const fromPaper = () => {
      root.dataset.theme = isDark ? 'dark' : 'light'
    }
    addEventListener('beforeprint', toPaper)
    addEventListener('afterprint', fromPaper)
    return () => {
      removeEventListener('beforeprint', toPaper)
      removeEventListener('afterprint', fromPaper)
    }
  }, [isDark])
  return (
    <button type="button" class="screen-only" onClick={() => setDark(!isDark)}>
      {isDark ? 'Light' : 'Dark'}
    </button>
  )
}

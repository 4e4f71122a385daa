import { useLayoutEffect, useState } from 'preact/hooks'

/**
 * Calls `listener` whenever the theme changes: charts are drawn on a canvas and must be redrawn.
 *
 * @returns A function that removes the listener.
 */
export function onThemeChange(listener: () => void): () => void {
  const observer = new MutationObserver(listener)
  observer.observe(document.documentElement, { attributes: true, attributeFilter: ['data-theme'] })
  return () => observer.disconnect()
}

/** The current value of a CSS colour variable, such as `--text`. */
export function themeColour(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim()
}

/** Switches between light and dark. Starts with the system's preference; printing is always light. */
export function ThemeButton() {
  const [isDark, setDark] = useState(() => matchMedia('(prefers-color-scheme: dark)').matches)
  // Set before the first paint: the style sheet chooses colours by `data-theme` alone.
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

/** After the page stands: what is needed soon is fetched while the line is still there. At the latest after 3 s. */
export function whenIdle(run: () => void): void {
  if (typeof requestIdleCallback === 'function') requestIdleCallback(run, { timeout: 3000 })
  else setTimeout(run, 1500)
}

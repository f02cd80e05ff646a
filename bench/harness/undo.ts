// Everything that a benchmark started is stopped again, also when it fails or somebody presses Ctrl-C.

const steps: (() => Promise<unknown>)[] = []
let undoing: Promise<void> | undefined

/** Registers what ends something; gives a function that does it now, once. */
export function undoLater(step: () => Promise<unknown>): () => Promise<void> {
  steps.push(step)
  return async () => {
    const at = steps.indexOf(step)
    if (at < 0) return
    steps.splice(at, 1)
    await step()
  }
}

/** Ends what is left, the last first; one that fails does not keep the others. */
export function undoAll(): Promise<void> {
  undoing ??= (async () => {
    for (const step of steps.splice(0).reverse()) await step().catch(() => {})
  })().finally(() => (undoing = undefined))
  return undoing
}

export function undoOnSignal(): void {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => void undoAll().finally(() => process.exit(130)))
  }
}

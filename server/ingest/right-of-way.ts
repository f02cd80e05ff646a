// While a danger is on its way, whoever writes readings steps aside: each way of the danger to the database and back
// would else wait for its turn behind a piece of their work.

/** Who stepped aside goes on after this (ms) at the latest, so that an endless alarm starves nobody. */
const asideMsMax = 50

/** Resolves when nothing has the right of way, or has had it for long enough; at once where nothing is under way. */
export type StepAside = () => Promise<void> | undefined

export function createRightOfWay() {
  let underWay = 0
  let waiting: (() => void)[] = []
  return {
    /** The given work goes first. */
    async first<R>(work: Promise<R>): Promise<R> {
      underWay += 1
      try {
        return await work
      } finally {
        underWay -= 1
        if (underWay === 0) for (const goOn of waiting.splice(0)) goOn()
      }
    },
    stepAside: ((): Promise<void> | undefined => {
      if (underWay === 0) return undefined
      return new Promise((resolve) => {
        const timer = setTimeout(resolve, asideMsMax)
        waiting.push(() => {
          clearTimeout(timer)
          resolve()
        })
      })
    }) satisfies StepAside,
  }
}

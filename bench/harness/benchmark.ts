// What a benchmark is, and what it gives. docs/performance.md explains each of them.

export type Case = {
  case: string
  value: number
  unit: string
  /** The value of the yardstick in the same unit; null where there is none. */
  yardstick: number | null
  /** value / yardstick, or as `goal` says it. */
  ratio: number | null
  /** As printed, for example '>= 0.8'; null where the figure is only shown. */
  goal: string | null
  met: boolean | null
  /** What the yardstick is, CPU-seconds a message, the spread: one line beside the figure. */
  note?: string
}

export type BenchOptions = {
  /** How often each subject is measured, in turn; the median counts. */
  rounds: number
  /** The smallest form that still proves that the benchmark works; its figures mean nothing. */
  quick: boolean
  say: (line: string) => void
  /** What followed the known arguments, for benchmarks with options of their own (`--world FILE`). */
  rest: readonly string[]
}

export type Benchmark = {
  name: string
  /** One line of what is measured against what. */
  what: string
  run(options: BenchOptions): Promise<Case[]>
}

export type Goal = { atLeast: number } | { atMost: number }

type Figure = {
  case: string
  value: number
  unit: string
  yardstick?: number
  ratio?: number
  goal?: Goal
  note?: string
}

/** A case whose ratio is held against its goal; without a ratio the value itself is. */
export function caseOf({ goal, note, ...figure }: Figure): Case {
  const yardstick = figure.yardstick ?? null
  const ratio = figure.ratio ?? (yardstick === null ? null : figure.value / yardstick)
  return {
    case: figure.case,
    value: round(figure.value),
    unit: figure.unit,
    yardstick: yardstick === null ? null : round(yardstick),
    ratio: ratio === null ? null : round(ratio),
    goal: goal ? ('atLeast' in goal ? `>= ${goal.atLeast}` : `<= ${goal.atMost}`) : null,
    met: goal ? holds(ratio ?? figure.value, goal) : null,
    ...(note === undefined ? {} : { note }),
  }
}

const holds = (value: number, goal: Goal): boolean =>
  'atLeast' in goal ? value >= goal.atLeast : value <= goal.atMost

/** Four significant digits: more would be noise. */
export const round = (value: number): number =>
  Number.isFinite(value) ? Number(value.toPrecision(4)) : value

/** Of an even number the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  const upper = sorted[middle] ?? NaN
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? NaN) + upper) / 2
}

/** Measures every subject once a round, each round beginning with the next one, so that no order favours any. */
export async function interleaved<M extends Record<string, (round: number) => Promise<unknown>>>(
  rounds: number,
  subjects: M,
): Promise<{ [K in keyof M]: Awaited<ReturnType<M[K]>>[] }> {
  const names = Object.keys(subjects)
  const results: Record<string, unknown[]> = Object.fromEntries(names.map((name) => [name, []]))
  for (let nth = 0; nth < rounds; nth += 1) {
    for (let step = 0; step < names.length; step += 1) {
      const name = names[(nth + step) % names.length] ?? ''
      results[name]?.push(await subjects[name]?.(nth))
    }
  }
  return results as { [K in keyof M]: Awaited<ReturnType<M[K]>>[] }
}

// Every benchmark by its name, loaded when it is asked for.
import type { Benchmark } from './harness/benchmark.ts'

export const registry: Readonly<Record<string, () => Promise<{ benchmark: Benchmark }>>> = {
  ingest: () => import('./ingest.ts'),
  'alert-latency': () => import('./alert-latency.ts'),
  baseline: () => import('./baseline.ts'),
  deadline: () => import('./deadline.ts'),
  judgement: () => import('./judgement/benchmark.ts'),
}

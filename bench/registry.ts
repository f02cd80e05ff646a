// Every benchmark by its name, loaded when it is asked for.
import type { Benchmark } from './harness/benchmark.ts'

export const registry: Readonly<Record<string, () => Promise<{ benchmark: Benchmark }>>> = {
  ingest: () => import('./ingest.ts'),
  'alert-latency': () => import('./alert-latency.ts'),
  backlog: () => import('./backlog.ts'),
  deadline: () => import('./deadline.ts'),
  growth: () => import('./growth.ts'),
  connections: () => import('./connections.ts'),
  baseline: () => import('./baseline.ts'),
  judgement: () => import('./judgement/benchmark.ts'),
}

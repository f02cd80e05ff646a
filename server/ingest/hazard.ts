import type { ReadingKind } from '#contract/primitives.ts'
import type { Fact } from './facts.ts'

/** From here on a reading may be danger (facts 1.4 and 2.2, the mildest sample that any rule looks at): ppm, %LEL. */
const dangerFrom: Partial<Record<ReadingKind, number>> = { co: 30, gas: 3 }

/** Whether this message is committed before those of other clients. */
export function isHazard(fact: Fact): boolean {
  if (fact.is === 'alarm' || fact.is === 'sos') return true
  return (
    fact.is === 'readings' && fact.values.some(({ kind, value }) => value >= (dangerFrom[kind] ?? Infinity))
  )
}

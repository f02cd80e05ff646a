// Hazards one after the other, and how long each took to the page.
import { setTimeout as pause } from 'node:timers/promises'
import { createHistogram, type Quantiles } from '../harness/histogram.ts'
import type { Load } from '../harness/load/job.ts'
import type { Worker } from '../harness/worker.ts'
import { homesPerSteward } from '../harness/world.ts'
import { waitMsMax, type Rung } from './rings.ts'

export type Subject = {
  /** One hazard of the next home that had none; whether it has rung at a page in time. */
  hazard(): Promise<boolean>
  /** From publish to ring of each hazard since the last time (ms). */
  taken(): Promise<number[]>
}

/** After so many in a row that nobody heard, the rest is not waited for either. */
const missingMax = 3

/** With pauses that follow no beat of the service. What rang nowhere counts as long as it was waited for. */
export async function latencies({ hazard, taken }: Subject, count: number): Promise<Quantiles> {
  let missing = 0
  for (let nth = 0; nth < count && missing < missingMax; nth += 1) {
    missing = (await hazard()) ? 0 : missing + 1
    await pause(10 + Math.random() * 30)
  }
  const histogram = createHistogram()
  const rung = await taken()
  for (const ms of rung) histogram.record(ms)
  for (let nth = rung.length; nth < count; nth += 1) histogram.record(waitMsMax)
  return histogram.quantiles()
}

export type Rings = { load: Load; pages: Worker; serialsOf: (rung: readonly Rung[]) => Promise<string[]> }

/** Whose ring it was says `serialsOf`, once all have rung. */
export function subjectOf({ load, pages, serialsOf }: Rings): Subject {
  const sent = new Map<string, number>()
  let count = 0
  return {
    async hazard() {
      count += 1
      const [{ serial, sentAt }, isHeard] = await Promise.all([
        load.hazard(),
        pages.ask<boolean>('heard', { count }),
      ])
      sent.set(serial, sentAt)
      if (!isHeard) count -= 1
      return isHeard
    },
    async taken() {
      count = 0
      const rung = await pages.ask<Rung[]>('taken')
      const serials = await serialsOf(rung)
      return rung.map(({ at }, nth) => at - (sent.get(serials[nth] ?? '') ?? NaN))
    },
  }
}

/** A yardstick says the serial itself. */
export const bySerial = (rung: readonly Rung[]): Promise<string[]> =>
  Promise.resolve(rung.map(({ of }) => String(of)))

/** Homes of every other steward: the backup of each is the next one, whose page is shut, so that one page rings. */
export const mayHaveHazard = (home: number): boolean => Math.floor((home - 1) / homesPerSteward) % 2 === 1

export const homesUpTo = (count: number): number[] => Array.from({ length: count }, (_, nth) => nth + 1)

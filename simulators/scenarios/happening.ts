// The small language of scenarios: what each device says, and when. Pure data, so that tests, demos and the command
// line play the same thing.
import type { DemoResident, DemoWorld } from '#contract/demo.ts'
import type { DeviceKind } from '#contract/primitives.ts'
import type { UpKind } from '#contract/topics.ts'

export type Happening = {
  /** Milliseconds after the scenario's beginning. */
  atMs: number
  homeId: number
  residentId: number | null
  /** `sign` is the resident's button, else the curtain sensor. */
  device: DeviceKind | 'sign'
  what: { say: UpKind; body: Record<string, unknown> } | { cut: true } | { plugIn: true }
}

export type Scenario = {
  name: string
  /** One sentence for the tester: what will be seen. */
  zh: string
  en: string
  happenings: (world: DemoWorld, random: () => number) => Happening[]
}

export const minutes = (count: number): number => count * 60_000

export const partOf = (world: DemoWorld, part: DemoResident['part']): DemoResident => {
  const found = world.residents.find((resident) => resident.part === part)
  if (!found) throw new Error(`nobody in this world plays the part "${part}"`)
  return found
}

export const press = (atMs: number, resident: DemoResident): Happening => ({
  atMs,
  homeId: resident.homeId,
  residentId: resident.id,
  device: 'sign',
  what: { say: 'checkin', body: {} },
})

export const motion = (atMs: number, resident: DemoResident): Happening => ({
  atMs,
  homeId: resident.homeId,
  residentId: null,
  device: 'motion',
  what: { say: 'activity', body: { kind: 'motion' } },
})

export const air = (atMs: number, resident: DemoResident, kind: 'co' | 'gas', value: number): Happening => ({
  atMs,
  homeId: resident.homeId,
  residentId: null,
  device: kind,
  what: { say: 'readings', body: { values: [{ kind, value: Math.round(value * 10) / 10 }] } },
})

export const flag = (
  atMs: number,
  resident: DemoResident,
  alarm: { kind: 'co' | 'gas'; active: boolean; test?: boolean },
): Happening => ({
  atMs,
  homeId: resident.homeId,
  residentId: null,
  device: alarm.kind,
  what: {
    say: 'alarm',
    body: { kind: alarm.kind, active: alarm.active, ...(alarm.test ? { flags: { test: true } } : {}) },
  },
})

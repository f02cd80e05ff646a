// Air in a room, what a sensor makes of it, and what a body takes up: carbon monoxide and gas, minute by minute.
import { elderlyWoman, stepCohb } from '#domain/cohb.ts'
import { draw, normal } from './draw.ts'
import type { World } from './world.ts'

/** Volume m3, air changes per hour, release: litres of CO, or m3 of gas, per hour (facts 3.1 and 3.2). */
export type Scenario = { name: string; volume: number; changes: number; release: number }

export const coScenarios: readonly Scenario[] = [
  { name: 'briquette, flue off', volume: 30, changes: 0.5, release: 9 },
  { name: 'briquette, 20 % leak', volume: 30, changes: 0.5, release: 1.8 },
  { name: 'banked, sealed', volume: 25, changes: 0.3, release: 7.7 },
  { name: 'charcoal brazier', volume: 25, changes: 0.5, release: 42.9 },
  { name: 'blocked-flue heater', volume: 20, changes: 0.7, release: 25 },
  { name: 'poor cooker', volume: 15, changes: 1, release: 2 },
  { name: 'flue off, window ajar', volume: 30, changes: 2, release: 9 },
]

export const gasScenarios: readonly Scenario[] = [
  { name: '4 kW burner unlit', volume: 20, changes: 1, release: 0.4 },
  { name: '1.8 kW burner', volume: 20, changes: 1, release: 0.18 },
  { name: 'hose off', volume: 20, changes: 1, release: 2 },
  { name: '100 L/h seep', volume: 20, changes: 0.5, release: 0.1 },
  { name: '20 L/h seep', volume: 20, changes: 0.5, release: 0.02 },
  { name: 'unlit, window open', volume: 20, changes: 5, release: 0.4 },
]

/** The single zone of facts 3.1: ppm of CO after so many minutes. */
export const coPpm = ({ volume, changes, release }: Scenario, minutes: number): number =>
  (release / 1000 / (volume * changes)) * 1e6 * (1 - Math.exp((-changes * minutes) / 60))

/** %LEL of methane on the base of GB (5.0 vol %). */
export const gasLel = ({ volume, changes, release }: Scenario, minutes: number): number =>
  Math.min(100, 100 * ((100 * release) / (volume * changes) / 5) * (1 - Math.exp((-changes * minutes) / 60)))

export type Sample = { at: number; value: number }

/** Electrochemical cell (facts 3.3): gain, zero, noise; a MOX gas sensor is no better. In the unit of the curve. */
export type Error = { gain: number; zero: number; noise: number; step: number }
export const coError: Error = { gain: 0.05, zero: 3, noise: 1.5, step: 1 }
export const gasError: Error = { gain: 0.1, zero: 0.3, noise: 0.2, step: 0.1 }

/**
 * What is received of a curve: every `normal` seconds, and every `onChange` seconds while it moves, some of it lost.
 * Minutes from the onset; two quiet samples before it.
 */
export function sampled(
  curve: (minutes: number) => number,
  how: { world: World; error: Error; seed: number; id: number; untilMin: number; moved: number },
): Sample[] {
  const { world, error, seed, id } = how
  const { normal: normalS, onChange } = world.devices.ppmReportIntervalS
  const gain = 1 + error.gain * normal(draw(seed, id, 0, 300))
  const zero = error.zero * 0.5 * normal(draw(seed, id, 0, 301))
  const samples: Sample[] = []
  let said = { at: -Infinity, value: 0 }
  const phase = draw(seed, id, 0, 302) * normalS
  for (let second = -2 * normalS + phase; second <= how.untilMin * 60; second += onChange) {
    const true_ = second <= 0 ? 0 : curve(second / 60)
    const noise = error.noise * normal(draw(seed, id, Math.round(second), 303))
    const value = Math.max(0, Math.round((gain * true_ + zero + noise) / error.step) * error.step)
    const isDue = second - said.at >= normalS - 1
    if (!isDue && Math.abs(value - said.value) < Math.max(how.moved, said.value * 0.1)) continue
    said = { at: second, value }
    if (draw(seed, id, Math.round(second), 304) >= world.devices.packetLoss)
      samples.push({ at: second / 60, value })
  }
  return samples
}

/** True COHb in percent of an elderly woman at rest after so many minutes of the curve. */
export function trueCohb(curve: (minutes: number) => number, untilMin: number): number {
  let percent = elderlyWoman.startPercent
  for (let minute = 0; minute < untilMin; minute += 1)
    percent = stepCohb({
      percent,
      ppm: curve(minute + 0.5),
      durationMs: 60_000 * Math.min(1, untilMin - minute),
      body: elderlyWoman,
    })
  return percent
}

/**
 * The detector's own alarm by EN 50291-1, at a moment of its own within each window (minutes from the onset): 50 ppm
 * 60-90 min, 100 ppm 10-40, 300 ppm under 3.
 */
export function flagAt(curve: (minutes: number) => number, share: number, untilMin: number): number {
  const windows = [
    { ppm: 50, after: 60 + 30 * share },
    { ppm: 100, after: 10 + 30 * share },
    { ppm: 300, after: 0.5 + 2.5 * share },
  ]
  const since = windows.map(() => Infinity)
  for (let minute = 0; minute <= untilMin; minute += 0.25) {
    const ppm = curve(minute)
    for (const [nth, window] of windows.entries()) {
      if (ppm < window.ppm) since[nth] = Infinity
      else since[nth] = Math.min(since[nth] ?? Infinity, minute)
      if (minute - (since[nth] ?? Infinity) >= window.after) return minute
    }
  }
  return Infinity
}

/** EN 50291 windows alone, as a rule on what is received (facts 1.1): 50 ppm 75 min, 100 ppm 25 min, 300 ppm 2 min. */
export function enWindowsAt(samples: readonly Sample[]): number {
  const windows = [
    { ppm: 50, after: 75 },
    { ppm: 100, after: 25 },
    { ppm: 300, after: 2 },
  ]
  const since = windows.map(() => Infinity)
  for (const { at, value } of samples) {
    for (const [nth, window] of windows.entries()) {
      if (value < window.ppm) since[nth] = Infinity
      else since[nth] = Math.min(since[nth] ?? Infinity, at)
      if (at - (since[nth] ?? Infinity) >= window.after) return at
    }
  }
  return Infinity
}

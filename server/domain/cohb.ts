// Carboxyhaemoglobin (COHb), estimated from the air by the Coburn-Forster-Kane equation (facts 1.3).
import type { AirSegment } from './air-series.ts'

/** Diffusing capacity ml/min/mmHg, ventilation ml/min, blood ml, haemoglobin g/100 ml, COHb at the beginning in %. */
export type Body = { dl: number; va: number; vb: number; hb: number; startPercent: number }

/** Facts 1.3: the default. Small blood volume makes uptake quick, so she errs to the safe side for others. */
export const elderlyWoman: Body = { dl: 15, va: 4000, vb: 3400, hb: 13, startPercent: 0.8 }
export const elderlyMan: Body = { dl: 18, va: 4500, vb: 4600, hb: 14, startPercent: 0.8 }
export const standardAdult: Body = { dl: 30, va: 6000, vb: 5500, hb: 14.5, startPercent: 0.75 }

/** Percent. `low` and `high` are the band that is shown; `active` is the conservative form at heavy work. */
export type Cohb = { estimate: number; low: number; high: number; active: number }

/** Individual error of the model: +/- 3.8 % COHb (Benignus 1994, in facts 1.3). */
const individualErrorPercent = 3.8
const minuteMs = 60_000
/** The recursion agrees with RK4 to 0.001 % over 8 h with steps of one minute (facts 1.3). */
const stepMsMax = minuteMs
const haldane = 218
/** mmHg: dry air at sea level, and mean capillary oxygen. */
const dryPressure = 760 - 47
const capillaryOxygen = 100
/** ml/min of CO that the body makes itself. */
const endogenous = 0.007

/**
 * Estimated COHb at the end of the line (ppm). The band is as wide as what was taken up, at most the individual
 * error, and reaches up to the estimate at heavy work: somebody who carried coal is worse than the resting model.
 */
export function estimateCohb(line: readonly AirSegment[], body: Body = elderlyWoman): Cohb {
  let estimate = body.startPercent
  let active = body.startPercent
  for (const segment of line) {
    const steps = Math.max(1, Math.ceil((segment.toAt - segment.fromAt) / stepMsMax))
    const durationMs = (segment.toAt - segment.fromAt) / steps
    for (let step = 0; step < steps; step++) {
      const ppm = segment.start + ((segment.end - segment.start) * (step + 0.5)) / steps
      estimate = stepCohb({ percent: estimate, ppm, durationMs, body })
      active = stepActiveCohb({ percent: active, ppm, durationMs })
    }
  }
  const error = Math.min(individualErrorPercent, Math.max(0, estimate - body.startPercent))
  const high = Math.min(100, Math.max(estimate + error, active))
  return { estimate, low: estimate - error, high, active }
}

/** COHb in percent after `durationMs` (at most about a minute) at constant `ppm`: the recursion of facts 1.3. */
export function stepCohb(input: { percent: number; ppm: number; durationMs: number; body: Body }): number {
  const { body } = input
  const beta = 1 / body.dl + dryPressure / body.va
  const capacity = (1.38 * body.hb) / 100
  const tauMinutes = (body.vb * beta * capacity * haldane) / capillaryOxygen
  const ratio = (haldane * (input.ppm * 1e-6 * dryPressure + beta * endogenous)) / capillaryOxygen
  const free = Math.max(1 - input.percent / 100, 0.01)
  const level = 100 * ratio * free
  return level + (input.percent - level) * Math.exp(-input.durationMs / minuteMs / (tauMinutes * free))
}

/** The conservative form behind UL 2034, at heavy work (B 0.0404): 70 ppm reach 10 % within 4 hours. */
export function stepActiveCohb(input: { percent: number; ppm: number; durationMs: number }): number {
  const b = 0.0404
  const kept = Math.exp(-input.durationMs / minuteMs / (2398 * b))
  return Math.min(100, input.percent * kept + haldane * (1 - kept) * (0.0007 * b + input.ppm / 1316))
}

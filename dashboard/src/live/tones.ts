import type { IncidentKind, Stage } from '#contract/primitives.ts'

/** One beep: pitch in hertz, start and length in seconds. */
export type Beep = { hertz: number; atS: number; forS: number }
export type Tone = { beeps: readonly Beep[]; volume: number; vibrateMs: readonly number[] }

export type Ringing = { kind: IncidentKind; stage: Stage; purpose: 'alarm' | 'inform' }

/**
 * Danger sounds like danger and nothing else does: hazards alternate two pitches quickly (near 800-1000 Hz, which old
 * loudspeakers carry and ageing ears still hear), SOS beats in threes, a silent person rings like a door bell.
 */
export function toneOf({ kind, stage, purpose }: Ringing): Tone {
  if (purpose === 'inform' || kind === 'device') return chime
  if (kind === 'missed') return bell
  if (kind === 'sos') return threes
  return stage === 'alarm' || stage === 'critical' ? siren : warning
}

const row = (hertz: readonly number[], stepS: number, forS: number): Beep[] =>
  hertz.map((pitch, index) => ({ hertz: pitch, atS: index * stepS, forS }))

const siren: Tone = {
  beeps: row([988, 740, 988, 740, 988, 740, 988, 740], 0.22, 0.2),
  volume: 0.5,
  vibrateMs: [400, 100, 400, 100, 400, 100, 400],
}
const threes: Tone = {
  beeps: [0, 0.9, 1.8].flatMap((atS) =>
    row([932, 932, 932], 0.2, 0.14).map((b) => ({ ...b, atS: b.atS + atS })),
  ),
  volume: 0.5,
  vibrateMs: [150, 80, 150, 80, 150, 300, 150, 80, 150, 80, 150],
}
const warning: Tone = { beeps: row([831, 831, 831], 0.35, 0.22), volume: 0.4, vibrateMs: [250, 120, 250] }
const bell: Tone = { beeps: row([659, 523, 659, 523], 0.42, 0.38), volume: 0.35, vibrateMs: [300, 150, 300] }
const chime: Tone = { beeps: row([523, 659], 0.16, 0.24), volume: 0.22, vibrateMs: [80] }

// Whose blood the estimate of COHb is about: what the file knows of a body; else an elderly woman (facts 1.3).
import { elderlyMan, elderlyWoman, standardAdult, type Body } from './cohb.ts'

/** As much of a resident as is known; `file` is resident.file, written by many hands: nothing of it is certain. */
export type BodyKnown = { birthYear: number | null; file: Readonly<Record<string, unknown>> }

/** Facts 1.3 speaks of elders; from this age on a body is taken for one, and so is whoever's age is not known. */
const elderFrom = 60

/**
 * The body of one resident in `year`. `file.sex` ('woman' or 'man'), `file.heightCm` and `file.weightKg` count where
 * they are plausible; what is not known is that of an elderly woman, who takes up CO fastest.
 */
export function bodyOf({ birthYear, file }: BodyKnown, year: number): Body {
  const isMan = file['sex'] === 'man'
  const isElder = birthYear === null || year - birthYear >= elderFrom
  const base = isMan ? (isElder ? elderlyMan : standardAdult) : elderlyWoman
  const vb = bloodVolume({ isMan, heightCm: file['heightCm'], weightKg: file['weightKg'] })
  return vb === null ? base : { ...base, vb }
}

/** Nadler, ml (facts 1.3); null where height or weight is not that of a grown person. */
function bloodVolume(of: { isMan: boolean; heightCm: unknown; weightKg: unknown }): number | null {
  const { isMan, heightCm, weightKg } = of
  if (!isWithin(heightCm, 130, 210) || !isWithin(weightKg, 30, 150)) return null
  const height = heightCm / 100
  return isMan
    ? 366.9 * height ** 3 + 32.19 * weightKg + 604.1
    : 356.1 * height ** 3 + 33.08 * weightKg + 183.3
}

const isWithin = (value: unknown, least: number, most: number): value is number =>
  typeof value === 'number' && value >= least && value <= most

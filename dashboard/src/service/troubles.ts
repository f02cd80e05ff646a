import type { Health } from '#contract/account.ts'
import type { Language } from '#contract/primitives.ts'
import { lengthText } from '../time/length.ts'
import { serviceWords } from './words.ts'

/** What staff must know of the service itself, in the order of haste. */
export type ServiceTrouble = {
  kind: 'diskFull' | 'diskLow' | 'clockBehind' | 'clockForward'
  title: string
  text: string
}

type Told = Pick<Health, 'disk' | 'clockBehindMs' | 'clockPutForward'>

export function troublesOf(
  { disk, clockBehindMs, clockPutForward }: Told,
  language: Language,
): ServiceTrouble[] {
  const w = serviceWords[language]
  const room = roomText(disk.freeBytes ?? 0)
  const troubles: ServiceTrouble[] = []
  if (disk.state === 'full')
    troubles.push({ kind: 'diskFull', title: w.diskFull, text: w.diskFullText(room) })
  if (disk.state === 'low') troubles.push({ kind: 'diskLow', title: w.diskLow, text: w.diskLowText(room) })
  if (clockBehindMs > 0) {
    const text = w.clockBehindText(lengthText(clockBehindMs, language))
    troubles.push({ kind: 'clockBehind', title: w.clockBehind, text })
  }
  if (clockPutForward) {
    const length = lengthText(clockPutForward.untilAt - clockPutForward.fromAt, language)
    troubles.push({ kind: 'clockForward', title: w.clockForward, text: w.clockForwardText(length) })
  }
  return troubles
}

const mebibyte = 2 ** 20

/** As the limits are written down in docs/operations.md: in GiB and MiB. */
const roomText = (bytes: number): string =>
  bytes >= 1024 * mebibyte
    ? `${(bytes / mebibyte / 1024).toFixed(1)} GiB`
    : `${Math.round(bytes / mebibyte)} MiB`

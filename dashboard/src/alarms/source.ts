import { deviceWord } from '#contract/words.ts'
import type { DeviceKind, Language } from '#contract/primitives.ts'

/** A device as people say it: 3-2-501 一氧化碳探测器. */
export const sourceWord = (
  { homeLabel, deviceKind }: { homeLabel: string; deviceKind: DeviceKind },
  language: Language,
): string => `${homeLabel} ${deviceWord(deviceKind, language)}`

// The one door to all words, for pages, webhooks and docs alike: the words of product.md, and only these.
import type { Language } from './primitives.ts'

export {
  assignmentStateWord,
  deviceWord,
  dueWord,
  findingWord,
  incidentStateWord,
  kindWord,
  originWord,
  outcomeWord,
  placeWord,
  roleWord,
  silenceWord,
  stageWord,
  stateWord,
  tierWord,
  viaWord,
} from './labels.ts'
export { groupPlace, groupWhat } from './group-words.ts'
export { incidentTitle, incidentWhat, type TitledIncident } from './incident-title.ts'
export { incidentWhy, signWord } from './incident-why.ts'
export { timelineWords } from './timeline-words.ts'
export { adviceLines, doorSteps, type DoorStep } from './door-words.ts'

const minuteMs = 60_000
const hourMs = 60 * minuteMs
const dayMs = 24 * hourMs

/** How long ago, roughly: the age of a reading, of a card, of a sign of life. */
export function agoWords(ms: number, language: Language): string {
  if (ms < minuteMs) return language === 'zh' ? '刚刚' : 'just now'
  const [count, zh, en] =
    ms < hourMs
      ? [ms / minuteMs, '分钟前', 'min ago']
      : ms < dayMs
        ? [ms / hourMs, '小时前', 'h ago']
        : [ms / dayMs, '天前', 'd ago']
  return `${Math.floor(count)} ${language === 'zh' ? zh : en}`
}

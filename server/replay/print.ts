// A trial as lines of text. Pure.
import type { Language } from '#contract/primitives.ts'
import type { Trial } from '#contract/rule-trial.ts'
import {
  notReplayedWord,
  trialListWord,
  trialLists,
  trialTitle,
  trialWhen,
  trialWhy,
} from '#contract/trial-words.ts'
import { clockIn } from './clock-in.ts'

type Printing = { language: Language; zone: string; compared: 'proposed' | 'live' }

export function printed(trial: Trial, { language, zone, compared }: Printing): string {
  const zh = language === 'zh'
  const time = clockIn(zone)
  const saying = { language, time }
  const head = zh
    ? `${time(trial.fromAt)} 到 ${time(trial.untilAt)}，重新判断了 ${trial.homes} 户中的 ${trial.homesJudged} 户。`
    : `${time(trial.fromAt)} to ${time(trial.untilAt)}: ${trial.homesJudged} of ${trial.homes} homes judged again.`
  const lists = trialLists.flatMap((list) => {
    const count = trial.counts[list]
    if (count === 0) return []
    const lines = trial[list].flatMap((one) => [
      `  ${trialTitle(one, language)}`,
      `    ${trialWhen(one, saying)}`,
      `    ${trialWhy(one, saying)}`,
    ])
    const rest = count - trial[list].length
    const more = rest > 0 ? [zh ? `  还有 ${rest} 起` : `  and ${rest} more`] : []
    return ['', trialListWord(list, count, language), ...lines, ...more]
  })
  const unsaid = trial.notReplayed.map((what) => `  ${notReplayedWord(what, language)}`)
  return [
    head,
    sides(trial, compared)[language],
    ...(lists.length > 0 ? lists : [zh ? '没有差别。' : 'No differences.']),
    ...unexplained(trial, language),
    '',
    zh ? '重放说不了的：' : 'What history cannot say:',
    ...unsaid,
    '',
  ].join('\n')
}

const sides = ({ before, after }: Trial, compared: Printing['compared']) =>
  compared === 'live'
    ? {
        zh: `当时实际提醒 ${before} 起，用当时的规则重放 ${after} 起。`,
        en: `Raised live: ${before}; judged again by the rules in force then: ${after}.`,
      }
    : {
        zh: `当时的规则 ${before} 起，新规则 ${after} 起。`,
        en: `By the rules in force then: ${before}; by the proposed ones: ${after}.`,
      }

function unexplained({ unexplained: count }: Trial, language: Language): string[] {
  if (count === 0) return []
  return [
    language === 'zh'
      ? `当时另有 ${count} 起重放不出来，没有算进差别。`
      : `${count} more of that time cannot be judged again, and count for no difference.`,
  ]
}

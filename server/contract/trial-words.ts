// What other rules would have done, in plain sentences: for the rules page and for `npm run replay`.
import { incidentTitle } from './incident-title.ts'
import { incidentWhy } from './incident-why.ts'
import { kindWord, outcomeWord, stageWord, type Pair } from './labels.ts'
import type { Language } from './primitives.ts'
import type { NotReplayed, Raised, Trial, TrialIncident } from './rule-trial.ts'

export type TrialList = keyof Trial['counts']

/** In the order in which they matter. */
export const trialLists: readonly TrialList[] = ['missed', 'dropped', 'added', 'changed']

/** Above a list: what those in it have in common. */
export const trialListWord = (list: TrialList, count: number, language: Language): string =>
  lists[list](count)[language]

const lists: Record<TrialList, (count: number) => Pair> = {
  missed: (count) => ({
    zh: `当时确实出了事，新规则会漏掉、晚说或说轻的 ${count} 起`,
    en: `Real trouble then, which the proposed rules miss, tell later or take for milder: ${count}`,
  }),
  dropped: (count) => ({ zh: `不再提醒的 ${count} 起`, en: `No longer raised: ${count}` }),
  added: (count) => ({ zh: `多提醒的 ${count} 起`, en: `Raised in addition: ${count}` }),
  changed: (count) => ({
    zh: `时间或轻重不同的 ${count} 起`,
    en: `Earlier, later or at another stage: ${count}`,
  }),
}

type Saying = { language: Language; time: (at: number) => string }

/** Where, whose and what: 「3-2-501 李奶奶：到点没有报平安」. */
export function trialTitle(one: TrialIncident, language: Language): string {
  const { homeLabel, residentId, greeting, kind, evidence, after, before } = one
  const residents = residentId === null || greeting === null ? [] : [{ id: residentId, greeting }]
  const stage = (after ?? before)?.worst ?? 'notice'
  const what = incidentTitle({ kind, stage, evidence, homeLabel, residents, residentId }, language)
  return after && before
    ? `${what.split(language === 'zh' ? '：' : ': ')[0]} · ${kindWord(kind, language)}`
    : what
}

/** When and how bad, by both: 「原来 11-23 11:32 留意、12:18 报警；新规则 11:32 留意、12:33 报警」. */
export function trialWhen({ before, after }: TrialIncident, { language, time }: Saying): string {
  const zh = language === 'zh'
  const of = ({ at, stage, worst, worstAt }: Raised): string => {
    const first = `${time(at)} ${stageWord(stage, language)}`
    return worst === stage
      ? first
      : `${first}${zh ? '、' : ', '}${time(worstAt)} ${stageWord(worst, language)}`
  }
  const said = [
    ...(before ? [zh ? `当时的规则：${of(before)}` : `by the rules then: ${of(before)}`] : []),
    ...(after ? [zh ? `新规则：${of(after)}` : `by the proposed rules: ${of(after)}`] : []),
  ]
  return said.join(zh ? '；' : '; ')
}

/** Why, in one sentence; and what a human recorded of it then. */
export function trialWhy({ evidence, kind, outcome }: TrialIncident, { language, time }: Saying): string {
  const why = incidentWhy(evidence, kind, language, time)
  if (outcome === null) return why
  const recorded = outcomeWord(outcome, language)
  return language === 'zh' ? `${why}当时记录：${recorded}。` : `${why} Recorded then: ${recorded}.`
}

export const notReplayedWord = (what: NotReplayed, language: Language): string => unsaid[what][language]

const unsaid: Record<NotReplayed, Pair> = {
  sos: {
    zh: '求助：每按必响，任何规则都改不了，不用试',
    en: 'SOS: every press rings, whatever the rules',
  },
  ladder: {
    zh: '先问谁、再派谁和建议的时间：只改找到以后怎么办，不改找到什么',
    en: 'Who is asked and sent, and the proposed deadline: they change what is done, not what is found',
  },
  deviceTroubles: {
    zh: '电量、故障、拆动：历史里只留每天一个电量，只重放“没有消息”',
    en: 'Battery, faults, tamper: one charge a day is all that is kept of them; only silence is judged again',
  },
  absenceAsks: {
    zh: '外出报备自己提醒的几件事（出发、提前回来、快到期）',
    en: 'What an absence asks by itself (departure, back early, its end)',
  },
  groups: {
    zh: '楼栋、网关一起中断时的合并：每户照样单独算',
    en: 'Folding of many into one card: each home counts by itself',
  },
  connections: {
    zh: '设备断线的时刻没有留存：监测中断以当时记下的为准',
    en: 'When connections ended is not kept: where a home was blind, what was found then counts',
  },
  files: {
    zh: '老人的风险等级、档案和设备名单按今天的算',
    en: 'Risk tier, file and devices of a home are those of today',
  },
  humans: {
    zh: '新规则多出来的事没有人处理过：算作恢复正常、有了消息或 12 小时后了结',
    en: 'Nobody dealt with what only the proposed rules raise: it counts as over when it is well again, or after 12 hours',
  },
}

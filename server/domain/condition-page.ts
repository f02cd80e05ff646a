// docs/conditions.md: the pictures of the state machine, drawn by asking it what it does.
import type { IncidentKind } from '#contract/primitives.ts'
import { stepCondition, type ConditionEvent, type ConditionState } from './condition.ts'

/** The letter of ISA-18.2 figure 3, what it is called here, and in Chinese. */
const names: Record<ConditionState, { letter: string; en: string; zh: string }> = {
  normal: { letter: 'A', en: 'normal', zh: '正常' },
  unacknowledged: { letter: 'B', en: 'unacknowledged', zh: '报警，没人收到' },
  acknowledged: { letter: 'C', en: 'acknowledged', zh: '报警，已收到' },
  returnedUnacknowledged: { letter: 'D', en: 'returned, unacknowledged', zh: '已恢复，没人收到' },
  latchedUnacknowledged: { letter: 'E', en: 'latched, unacknowledged', zh: '已恢复，等人确认，没人收到' },
  latchedAcknowledged: { letter: 'F', en: 'latched, acknowledged', zh: '已恢复，等人确认，已收到' },
  shelved: { letter: 'G', en: 'shelved', zh: '搁置' },
  suppressed: { letter: 'H', en: 'suppressed by design', zh: '按约定不报' },
  outOfService: { letter: 'I', en: 'out of service', zh: '停用' },
}

type What = ConditionEvent['what']
const said: Record<What, string> = {
  alarm: '异常 alarm',
  worse: '更坏 worse',
  clear: '恢复 clear',
  acknowledge: '收到 acknowledge',
  reset: '写明原因关闭 reset',
  shelve: '搁置 shelve',
  suppress: '免报 suppress',
  takeOut: '停用 take out',
  putBack: '恢复提醒 put back',
}

const pictures: readonly { title: string; kind: IncidentKind }[] = [
  { title: '一氧化碳、燃气、烟雾 CO, gas and smoke', kind: 'co' },
  { title: '求助 SOS', kind: 'sos' },
  { title: '没报平安 Missed check-in', kind: 'missed' },
  { title: '设备 Equipment', kind: 'device' },
]

/** The whole page. */
export function conditionsText(): string {
  const head = [
    '# 一次异常的一生 The life of one condition',
    '',
    '规则看到什么，和人为它做了什么，是两件事。下面的图是程序自己画的（ISA-18.2 / IEC 62682，字母同标准图 3）：',
    '图里没有的箭头，就是不允许。',
    'What a rule sees is kept apart from what humans do about it. These pictures are drawn by the program itself',
    '(`server/domain/condition.ts`, letters as in ISA-18.2); an arrow that is not there is refused. Nothing shelves',
    'CO, gas, SOS or a silence, or takes one out of service (safety 11): only equipment is set aside, and what a',
    'detector under repair says of danger is judged as ever.',
  ]
  const bodies = pictures.map(({ title, kind }) =>
    ['', `## ${title}`, '', '```mermaid', ...picture(kind), '```'].join('\n'),
  )
  return `${head.join('\n')}\n${bodies.join('\n')}\n`
}

function picture(kind: IncidentKind): string[] {
  const reached = reachable(kind)
  const arrows = new Map<string, string[]>()
  for (const { from, to, label } of reached.flatMap((state) => stepsFrom(state, kind))) {
    if (from === to) continue
    const key = `  ${names[from].letter} --> ${names[to].letter}`
    arrows.set(key, [...new Set([...(arrows.get(key) ?? []), label])])
  }
  return [
    'stateDiagram-v2',
    ...reached.map(
      (state) =>
        `  state "${names[state].letter} ${names[state].zh} ${names[state].en}" as ${names[state].letter}`,
    ),
    '  [*] --> A',
    ...[...arrows].map(([arrow, labels]) => `${arrow}: ${labels.join(' / ')}`),
  ]
}

type Arrow = { from: ConditionState; to: ConditionState; label: string }

function stepsFrom(from: ConditionState, kind: IncidentKind): Arrow[] {
  return eventsOf(kind).flatMap((event) => {
    const to = stepCondition(from, event)
    if (to === undefined) return []
    const seen = event.what === 'putBack' ? `（${event.process === 'ok' ? '正常 ok' : '异常 alarm'}）` : ''
    return [{ from, to, label: `${said[event.what]}${seen}` }]
  })
}

const eventsOf = (kind: IncidentKind): ConditionEvent[] => [
  ...(['alarm', 'worse', 'clear', 'acknowledge', 'reset', 'shelve', 'suppress', 'takeOut'] as const).map(
    (what) => ({ kind, what }),
  ),
  ...(['ok', 'alarm'] as const).map((process) => ({ kind, what: 'putBack' as const, process })),
]

/** The states that this kind can come to, in the order of their letters. */
function reachable(kind: IncidentKind): ConditionState[] {
  const seen = new Set<ConditionState>(['normal'])
  for (const state of seen) for (const { to } of stepsFrom(state, kind)) seen.add(to)
  return [...seen].sort((a, b) => names[a].letter.localeCompare(names[b].letter))
}

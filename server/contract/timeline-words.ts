// What happened, line by line. The person of the line (who did it, or who was told) is shown beside it.
import type { Finding } from './acts.ts'
import type { AssignmentRole, DueKind } from './incident.ts'
import { dueWord, findingWord, outcomeWord, roleWord, stageWord, type Pair } from './labels.ts'
import type { Language, Stage } from './primitives.ts'

type Detail = Readonly<Record<string, unknown>>

/** One line in words. What an older page does not know is shown by its code: a line is never dropped. */
export function timelineWords(what: string, detail: Detail, language: Language): string {
  const line = lines[what]
  if (!line) return what
  const extra = extraWords(detail, language)
  return line[language] + (extra && (language === 'zh' ? `：${extra}` : `: ${extra}`))
}

const lines: Readonly<Record<string, Pair>> = {
  opened: { zh: '事件建立', en: 'Opened' },
  raised: { zh: '情况加重', en: 'Got worse' },
  missedAgain: { zh: '又到约定时间，仍没有报平安', en: 'Missed at another deadline' },
  pressedAgain: { zh: '又按了求助', en: 'Pressed for help again' },
  airClean: { zh: '空气已恢复正常', en: 'Air clean again' },
  lateCheckIn: { zh: '补报平安', en: 'Checked in late' },
  proxyCheckIn: { zh: '代报平安', en: 'Check-in by proxy' },
  notWell: { zh: '人不好，要帮忙', en: 'Found not well, needs help' },
  closedByCheckIn: { zh: '已报平安，自动办结', en: 'Checked in, closed by itself' },
  closedByItself: { zh: '设备恢复，自动办结', en: 'Well again, closed by itself' },
  residentAsked: { zh: '已提醒老人报平安', en: 'The resident was asked' },
  asked: { zh: '请问是否见到或联系上', en: 'Asked whether she was seen or spoken with' },
  told: { zh: '已通知', en: 'Told' },
  informed: { zh: '已告知', en: 'Informed' },
  skipped: { zh: '叫不到，换下一个', en: 'Not reachable, next one' },
  heard: { zh: '页面已响铃', en: 'The page did ring' },
  unreached: { zh: '没有通知到', en: 'Could not be told' },
  escalated: { zh: '升级', en: 'Escalated' },
  nobodyLeft: { zh: '没有可通知的人', en: 'Nobody there to tell' },
  overdue: { zh: '超时', en: 'Overdue' },
  acknowledged: { zh: '收到', en: 'Acknowledged' },
  departed: { zh: '出发', en: 'On the way' },
  arrived: { zh: '到场', en: 'At the door' },
  found: { zh: '现场情况', en: 'Found' },
  declined: { zh: '去不了', en: 'Cannot go' },
  withdrawn: { zh: '已换人', en: 'Taken off' },
  assigned: { zh: '派单', en: 'Assigned' },
  note: { zh: '备注', en: 'Note' },
  call: { zh: '打了电话', en: 'Called' },
  callDue: { zh: '须拨打', en: 'To dial' },
  callOverdue: { zh: '还没有拨打', en: 'Not dialled yet' },
  dialled: { zh: '已拨打', en: 'Dialled' },
  residentTold: { zh: '已告诉老人', en: 'The resident was told' },
  homesWarned: { zh: '已提醒相邻住户', en: 'Homes nearby were warned' },
  folded: { zh: '并入同一张卡', en: 'Put on one card with' },
  unfolded: { zh: '单独成卡', en: 'A card of its own again' },
  joined: { zh: '新增一户', en: 'Another home' },
  allClosed: { zh: '每一户都已办结', en: 'Every home of it is closed' },
  handled: { zh: '已处理，待回访', en: 'Handled, awaiting check-back' },
  closed: { zh: '办结', en: 'Closed' },
  checkedBack: { zh: '已回访', en: 'Checked back' },
  shelved: { zh: '搁置', en: 'Shelved' },
  takenOut: { zh: '停用', en: 'Taken out of service' },
  cameBack: { zh: '搁置或停用结束，问题还在', en: 'No longer set aside, and still there' },
  closedSetAside: { zh: '已全部搁置或停用，自动办结', en: 'All of it set aside, closed by itself' },
}

/** The details that are words or numbers, in one order; ids and unknown ones are left to the page. */
function extraWords(detail: Detail, language: Language): string {
  return readers
    .flatMap(({ key, read }) => {
      const value = detail[key]
      return value === undefined || value === null ? [] : [read(value, language)]
    })
    .filter(Boolean)
    .join(language === 'zh' ? '，' : ', ')
}

const asText = (value: unknown): string =>
  typeof value === 'string' || typeof value === 'number' ? String(value) : ''

const answered: Record<Language, (value: unknown) => string> = {
  zh: (value) => (value === true ? '接通' : '未接'),
  en: (value) => (value === true ? 'answered' : 'no answer'),
}

const numbers: Record<string, Pair> = { gas: { zh: '燃气公司', en: 'the gas company' } }

const readers: readonly { key: string; read: (value: unknown, language: Language) => string }[] = [
  { key: 'stage', read: (value, language) => stageWord(asText(value) as Stage, language) },
  { key: 'to', read: (value, language) => stageWord(asText(value) as Stage, language) },
  { key: 'role', read: (value, language) => roleWord(asText(value) as AssignmentRole, language) },
  { key: 'number', read: (value, language) => numbers[asText(value)]?.[language] ?? asText(value) },
  { key: 'finding', read: (value, language) => findingWord(asText(value) as Finding, language) },
  { key: 'dueKind', read: (value, language) => dueWord(asText(value) as DueKind, language) },
  { key: 'outcome', read: (value, language) => outcomeWord(asText(value), language) },
  { key: 'answered', read: (value, language) => answered[language](value) },
  { key: 'presses', read: (value, language) => asText(value) + (language === 'zh' ? ' 次' : ' times') },
  { key: 'said', read: asText },
  { key: 'reason', read: asText },
  { key: 'place', read: asText },
  { key: 'text', read: asText },
  { key: 'note', read: asText },
]

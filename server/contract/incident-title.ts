// What an incident is, in a few words.
import { groupWhat } from './group-words.ts'
import type { Evidence, IncidentCard, IncidentTask } from './incident.ts'
import { originWord, type Pair } from './labels.ts'
import type { Language, Origin, Silence, Stage } from './primitives.ts'

/** As much of a card as is at hand: a webhook and a notification have less than the board. */
export type TitledIncident = Pick<IncidentCard, 'kind' | 'stage' | 'evidence'> & {
  origin?: Origin
  homeLabel?: string
  residents?: readonly { id: number; greeting: string }[]
  residentId?: number | null
}

/** Where, who and what: 「3-2-501 李奶奶：到点没有报平安」. A demo or drill says so first (safety 17). */
export function incidentTitle(incident: TitledIncident, language: Language): string {
  const mark = incident.origin ? originWord(incident.origin, language) : ''
  const where = [incident.homeLabel, whoseName(incident)].filter(Boolean).join(' ')
  const what = incidentWhat(incident, language)
  if (language === 'zh') return `${mark && `【${mark}】`}${where && `${where}：`}${what}`
  return `${mark && `[${mark}] `}${where && `${where}: `}${what}`
}

/** Only what it is, without the place: 「一氧化碳报警」. */
export function incidentWhat(
  { kind, stage, evidence }: Pick<TitledIncident, 'kind' | 'stage' | 'evidence'>,
  language: Language,
): string {
  if (evidence.group) return groupWhat(kind, evidence.group, language)
  if (kind === 'missed') return silenceTitle(evidence)[language]
  if (kind === 'sos') return (evidence.cancelled ? cancelledSos : sos)[language]
  if (kind === 'device') return troubleWords(evidence)[language]
  return dangers[kind][stage][language]
}

/** Whose silence it is, or who lives there if that is one person: two are called by their door. */
function whoseName({ residents = [], residentId }: TitledIncident): string | undefined {
  const [first] = residents
  if (residentId != null) return residents.find(({ id }) => id === residentId)?.greeting
  return residents.length === 1 ? first?.greeting : undefined
}

const silences: Record<Silence, Pair> = {
  late: { zh: '还没报平安，家里有动静', en: 'No check-in yet, but signs of life' },
  blind: { zh: '监测中断，没看到报平安', en: 'Monitoring lost, no check-in seen' },
  missed: { zh: '到点没有报平安', en: 'No check-in by the deadline' },
}

/** What there is to do says more than the silence; an hour that was kept is simply missed, however long the silence. */
function silenceTitle({ silence, task, agreedAt }: Evidence): Pair {
  if (silence === 'late' || silence === 'blind') return silences[silence]
  if (task === undefined || (task === 'longSilence' && agreedAt === undefined)) return silences.missed
  return tasks[task]
}

const tasks: Record<IncidentTask, Pair> = {
  neverPressed: { zh: '入户以来还没按过，请教一遍', en: 'Has never pressed yet: show how' },
  longSilence: { zh: '太久没有报平安，提前问一声', en: 'Silent for too long: ask before the hour' },
  departure: {
    zh: '报备外出第一天：打电话问是否已出发',
    en: 'First day away: call and hear that they have left',
  },
  backEarly: {
    zh: '报备外出，家里却报了平安：提前回来了？',
    en: 'A check-in at home while away: back early?',
  },
  absenceEnds: { zh: '外出快到期：今晚打电话确认', en: 'The absence is about to end: call tonight' },
}

const sos: Pair = { zh: '按了求助', en: 'Pressed for help' }
const cancelledSos: Pair = {
  zh: '按了求助又取消，仍要通话确认',
  en: 'Pressed for help, then cancelled: still speak',
}

const dangers: Record<'co' | 'gas' | 'smoke', Record<Stage, Pair>> = {
  co: {
    notice: { zh: '一氧化碳偏高', en: 'Carbon monoxide raised' },
    warning: { zh: '一氧化碳超标', en: 'Carbon monoxide high' },
    alarm: { zh: '一氧化碳报警', en: 'Carbon monoxide alarm' },
    critical: { zh: '一氧化碳危急', en: 'Carbon monoxide, life in danger' },
  },
  gas: {
    notice: { zh: '测到少量燃气', en: 'Some gas in the air' },
    warning: { zh: '燃气偏高', en: 'Gas high' },
    alarm: { zh: '燃气报警', en: 'Gas alarm' },
    critical: { zh: '燃气危急', en: 'Gas, may explode' },
  },
  smoke: {
    notice: { zh: '测到烟雾', en: 'Smoke' },
    warning: { zh: '测到烟雾', en: 'Smoke' },
    alarm: { zh: '烟雾报警', en: 'Smoke alarm' },
    critical: { zh: '烟雾危急', en: 'Smoke, life in danger' },
  },
}

/** Silent or carried away in mid-alarm is another thing than on a quiet day. */
function troubleWords({ trouble = 'fault', inAlarm, swappedAt }: Evidence): Pair {
  if (inAlarm && trouble === 'silent') return goneInAlarm
  return trouble === 'tamper' && swappedAt !== undefined ? swapped : troubles[trouble]
}

const goneInAlarm: Pair = { zh: '报警途中探测器没了消息', en: 'Detector not heard from in mid-alarm' }
const swapped: Pair = { zh: '探测器的传感元件被换过', en: 'Sensing element of the detector exchanged' }

const troubles: Record<NonNullable<Evidence['trouble']>, Pair> = {
  silent: { zh: '设备收不到信号', en: 'Device not heard from' },
  lowBattery: { zh: '设备电量低', en: 'Device battery low' },
  lowSoon: { zh: '设备电池快用完了', en: 'Device battery will be low soon' },
  fault: { zh: '设备故障', en: 'Device fault' },
  tamper: { zh: '设备被移动', en: 'Device moved' },
  endOfLife: { zh: '设备到期，需更换', en: 'Device expired, to be replaced' },
}

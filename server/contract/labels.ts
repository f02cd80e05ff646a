// One word for each code of the contract, in both languages. Short and kind; Chinese first (product.md).
import type { AssignmentState, Finding, IncidentState } from './acts.ts'
import type { LedgerPlace } from './community.ts'
import type { AssignmentRole, DueKind } from './incident.ts'
import { outcomes, type OutcomeCode } from './outcomes.ts'
import type {
  CheckInVia,
  DeviceKind,
  HomeState,
  IncidentKind,
  Language,
  Origin,
  PairingRole,
  RiskTier,
  Role,
  Silence,
  Stage,
} from './primitives.ts'

export type Pair = Readonly<Record<Language, string>>
type Words<K extends string> = Readonly<Record<K, Pair>>

const kinds: Words<IncidentKind> = {
  co: { zh: '一氧化碳', en: 'Carbon monoxide' },
  gas: { zh: '燃气', en: 'Gas' },
  smoke: { zh: '烟雾', en: 'Smoke' },
  sos: { zh: '求助', en: 'SOS' },
  missed: { zh: '未报平安', en: 'No check-in' },
  device: { zh: '设备', en: 'Device' },
}

const stageWords: Words<Stage> = {
  notice: { zh: '留意', en: 'Notice' },
  warning: { zh: '预警', en: 'Warning' },
  alarm: { zh: '报警', en: 'Alarm' },
  critical: { zh: '危急', en: 'Critical' },
}

const states: Words<HomeState> = {
  well: { zh: '平安', en: 'Well' },
  notDue: { zh: '未到时间', en: 'Not due yet' },
  late: { zh: '晚了，有动静', en: 'Late, but active' },
  missed: { zh: '未报平安', en: 'No check-in' },
  hazard: { zh: '险情', en: 'Danger' },
  away: { zh: '外出', en: 'Away' },
  blind: { zh: '监测中断', en: 'Monitoring lost' },
  unprotected: { zh: '未监护', en: 'Unprotected' },
}

const silences: Words<Silence> = {
  late: { zh: '晚了，有动静', en: 'Late, but active' },
  blind: { zh: '监测中断', en: 'Monitoring lost' },
  missed: { zh: '未报平安', en: 'No check-in' },
}

const roles: Words<AssignmentRole | PairingRole | Role> = {
  steward: { zh: '红管家', en: 'Steward' },
  backup: { zh: '后备', en: 'Backup' },
  neighbour: { zh: '邻里互助', en: 'Neighbour' },
  family: { zh: '家属', en: 'Family' },
  desk: { zh: '值班台', en: 'Desk' },
  keyHolder: { zh: '钥匙保管人', en: 'Key holder' },
  emergencyContact: { zh: '紧急联系人', en: 'Emergency contact' },
  supervisor: { zh: '督导', en: 'Supervisor' },
  admin: { zh: '管理员', en: 'Administrator' },
}

const places: Words<LedgerPlace> = {
  pressed: { zh: '已报平安', en: 'Pressed' },
  proxy: { zh: '代报平安', en: 'By proxy' },
  phoned: { zh: '电话问到', en: 'Phoned' },
  visited: { zh: '上门看过', en: 'Visited' },
  excused: { zh: '外出报备', en: 'Excused' },
  notYetDue: { zh: '未到时间', en: 'Not due yet' },
  blind: { zh: '监测中断', en: 'Monitoring lost' },
  open: { zh: '待落实', en: 'Open' },
}

const assignmentStates: Words<AssignmentState> = {
  told: { zh: '已通知', en: 'Told' },
  acknowledged: { zh: '收到', en: 'Acknowledged' },
  enRoute: { zh: '出发', en: 'On the way' },
  onScene: { zh: '到场', en: 'At the door' },
  done: { zh: '办结', en: 'Done' },
  declined: { zh: '去不了', en: 'Cannot go' },
  withdrawn: { zh: '已换人', en: 'Taken off' },
}

const incidentStates: Words<IncidentState> = {
  open: { zh: '处理中', en: 'Open' },
  handled: { zh: '待回访', en: 'Awaiting check-back' },
  closed: { zh: '办结', en: 'Closed' },
}

const findings: Words<Finding> = {
  answered: { zh: '有人应答', en: 'Answered' },
  noAnswer: { zh: '无人应答', en: 'No answer' },
  entered: { zh: '已进门', en: 'Entered' },
  waitingFor119: { zh: '在门外等119', en: 'Outside, waiting for 119' },
}

const dues: Words<DueKind> = {
  acknowledge: { zh: '等待收到', en: 'Acknowledge' },
  depart: { zh: '等待出发', en: 'Set out' },
  arrive: { zh: '等待到场', en: 'Arrive' },
  finding: { zh: '等待现场情况', en: 'First finding' },
  secondDeadline: { zh: '再等一等', en: 'Second deadline' },
  contact: { zh: '须联系上', en: 'Speak with her' },
  checkBack: { zh: '等待回访', en: 'Check back' },
  repeat: { zh: '再次通知', en: 'Told again' },
  ask: { zh: '正在询问', en: 'Being asked' },
}

const vias: Words<CheckInVia> = {
  button: { zh: '按钮', en: 'Button' },
  curtain: { zh: '窗帘', en: 'Curtain' },
  web: { zh: '网页', en: 'Page' },
  phone: { zh: '电话', en: 'Phone' },
  visit: { zh: '上门', en: 'Visit' },
  proxy: { zh: '代报', en: 'Proxy' },
}

const devices: Words<DeviceKind> = {
  button: { zh: '平安按钮', en: 'Button' },
  curtain: { zh: '窗帘传感器', en: 'Curtain sensor' },
  co: { zh: '一氧化碳探测器', en: 'CO detector' },
  gas: { zh: '燃气探测器', en: 'Gas detector' },
  motion: { zh: '活动传感器', en: 'Motion sensor' },
  tablet: { zh: '平板', en: 'Tablet' },
  gateway: { zh: '网关', en: 'Gateway' },
}

const tiers: Words<RiskTier> = {
  high: { zh: '高风险', en: 'High risk' },
  key: { zh: '重点', en: 'Watched closely' },
  general: { zh: '一般', en: 'General' },
}

/** Everything that is not live says so wherever it is named (safety 17). */
const origins: Words<Origin> = {
  live: { zh: '', en: '' },
  drill: { zh: '演练', en: 'Drill' },
  demo: { zh: '演示', en: 'Demo' },
  replay: { zh: '回放', en: 'Replay' },
}

/** A code that an older page does not know yet is shown as it is, never as nothing. */
const speak =
  <K extends string>(words: Words<K>) =>
  (key: K, language: Language): string =>
    (words as Partial<Words<K>>)[key]?.[language] ?? key

export const kindWord = speak(kinds)
export const stageWord = speak(stageWords)
export const stateWord = speak(states)
export const silenceWord = speak(silences)
export const roleWord = speak(roles)
export const placeWord = speak(places)
export const assignmentStateWord = speak(assignmentStates)
export const incidentStateWord = speak(incidentStates)
export const findingWord = speak(findings)
export const dueWord = speak(dues)
export const viaWord = speak(vias)
export const deviceWord = speak(devices)
export const tierWord = speak(tiers)
/** Empty for live. */
export const originWord = speak(origins)

/** What was found, as on its button; the code itself if it is not one of ours. */
export function outcomeWord(code: OutcomeCode | (string & {}), language: Language): string {
  return outcomes.find((outcome) => outcome.code === code)?.[language] ?? code
}

// Why we think so: one plain sentence out of the evidence that was copied onto the incident.
import { coverSentence, doubtSentence } from './doubt-words.ts'
import type { Evidence } from './incident.ts'
import { incidentWhat } from './incident-title.ts'
import type { Pair } from './labels.ts'
import type { IncidentKind, Language } from './primitives.ts'
import { windowWords } from './window-words.ts'

type Reader = { language: Language; time: (at: number) => string; say: (zh: string, en: string) => string }

/** With the last sign of life; `formatTime` gives an instant as the reader's clock shows it. */
export function incidentWhy(
  evidence: Evidence,
  kind: IncidentKind,
  language: Language,
  formatTime: (at: number) => string,
): string {
  const say = (zh: string, en: string) => (language === 'zh' ? zh : en)
  const reader = { language, time: formatTime, say }
  const parts = [...whyByKind[kind](evidence, reader), ...whyAfter(evidence, kind, reader)]
  return capital(parts.join(say('；', '; '))) + say('。', '.')
}

/** A kind of sign as a person would say it; the code itself if it is not one of ours. */
export const signWord = (what: string, language: Language): string => signs[what]?.[language] ?? what

const signs: Record<string, Pair> = {
  motion: { zh: '屋里走动', en: 'movement indoors' },
  door: { zh: '开关门', en: 'door' },
  water: { zh: '用水', en: 'water used' },
  power: { zh: '用电', en: 'power used' },
  press: { zh: '按了按钮', en: 'button pressed' },
  'unbound press': { zh: '家里有人按了按钮', en: 'a button pressed by somebody' },
  button: { zh: '按了按钮', en: 'button pressed' },
  curtain: { zh: '拉开窗帘', en: 'curtain opened' },
  checkIn: { zh: '报平安', en: 'check-in' },
  web: { zh: '网页报平安', en: 'check-in on the page' },
  phone: { zh: '通过电话', en: 'spoken with by phone' },
  visit: { zh: '上门见过', en: 'seen at a visit' },
  proxy: { zh: '代报平安', en: 'check-in by proxy' },
}

const whyByKind: Record<IncidentKind, (evidence: Evidence, reader: Reader) => string[]> = {
  missed: whySilent,
  co: (evidence, reader) => whyAir(evidence, 'co', reader),
  gas: (evidence, reader) => whyAir(evidence, 'gas', reader),
  smoke: (evidence, reader) => whyAir(evidence, 'smoke', reader),
  sos: whySos,
  device: whyDevice,
}

function whySilent(evidence: Evidence, reader: Reader): string[] {
  const { say, time } = reader
  if (evidence.silence === undefined && evidence.task !== undefined) return whyAway(evidence, reader)
  const by = evidence.dueAt === undefined ? '' : time(evidence.dueAt)
  const until = evidence.secondDueAt === undefined ? '' : time(evidence.secondDueAt)
  // Asked before the hour: what has passed is no hour that anybody agreed on.
  const isEarly = evidence.agreedAt !== undefined && by !== ''
  const zh = isEarly ? `到 ${by} 还没有收到报平安` : `约好${by && ` ${by} `}前报平安，还没有收到`
  const parts = [say(zh, `No check-in${by && ` by ${by}`}`)]
  if (evidence.silence === 'blind') {
    parts.push(say('家里监测中断，是否平安还不知道', 'the home cannot be seen, so we do not know'))
  }
  if (evidence.silence === 'blind' && evidence.contactDueAt !== undefined) {
    const until = time(evidence.contactDueAt)
    parts.push(say(`${until} 前须有人联系上`, `somebody must have reached them by ${until}`))
  }
  parts.push(...whyThisTask(evidence, reader))
  if (evidence.silence === 'late' && until) parts.push(say(`再等到 ${until}`, `waiting until ${until}`))
  if (evidence.lateCheckInAt !== undefined) {
    const at = time(evidence.lateCheckInAt)
    parts.push(say(`${at} 已补报平安`, `checked in late at ${at}`))
  }
  return parts
}

/** A newcomer is taught, and who was silent for too long is asked before the hour that was agreed. */
function whyThisTask({ task, neverPressed, heardAt, agreedAt }: Evidence, { say, time }: Reader): string[] {
  if (neverPressed)
    return [
      say(
        '入户以来还没按过：先打电话，再上门教一遍',
        'has never pressed since the enrolment: phone first, then show how',
      ),
    ]
  if (task !== 'longSilence' || heardAt === undefined) return []
  const [heard, agreed] = [time(heardAt), agreedAt === undefined ? undefined : time(agreedAt)]
  return [
    agreed === undefined
      ? say(`上一次亲自报平安是 ${heard}，已经太久`, `last heard at ${heard}, which is too long ago`)
      : say(
          `上一次亲自报平安是 ${heard}，等到约好的 ${agreed} 就太久，所以提前问`,
          `last heard at ${heard}: too long to wait for the agreed ${agreed}, so we ask before it`,
        ),
  ]
}

/** An absence excuses a missed check-in and nothing else (safety 10): a human hears how it stands. */
function whyAway({ task, on, heardAt }: Evidence, { say, time }: Reader): string[] {
  const day = on ?? ''
  switch (task) {
    case 'departure':
      return [
        say(
          `从 ${day} 起报备外出，没有人看见出发：请打报备时留的电话，听到本人`,
          `Away from ${day}, and nobody saw them leave: call the number of the absence and hear them`,
        ),
      ]
    case 'backEarly': {
      const at = heardAt === undefined ? '' : time(heardAt)
      return [
        say(
          `报备外出期间，${at} 家里报了平安：问一声是不是没走、或提前回来了；报备照旧，直到有人结束它`,
          `Declared away, and a check-in at home at ${at}: ask whether they are back early; the absence stands until somebody ends it`,
        ),
      ]
    }
    case 'absenceEnds':
      return [
        say(
          `外出报备到 ${day} 为止：今晚打电话，确认回来的日子，要延长就重新报备`,
          `The absence ends on ${day}: call tonight, confirm the return, declare it again if it goes on`,
        ),
      ]
    default:
      return []
  }
}

function whyAir(evidence: Evidence, kind: 'co' | 'gas' | 'smoke', reader: Reader): string[] {
  const { say, time, language } = reader
  const parts: string[] = []
  const { value, peak, unit = '', cohb } = evidence
  if (value !== undefined)
    parts.push(say(`最近读数 ${show(value)} ${unit}`, `last reading ${show(value)} ${unit}`))
  if (peak !== undefined && peak !== value)
    parts.push(say(`最高 ${show(peak)} ${unit}`, `peak ${show(peak)} ${unit}`))
  if (evidence.flag) parts.push(say('探测器自己在报警', "the detector's own alarm is on"))
  if (evidence.window) parts.push(...windowWords(evidence.window, language))
  if (evidence.since !== undefined)
    parts.push(say(`从 ${time(evidence.since)} 开始`, `since ${time(evidence.since)}`))
  if (kind === 'co' && cohb && cohb.high >= 2.5) {
    const band = `${show(cohb.low)}%–${show(cohb.high)}%`
    parts.push(say(`老人血中一氧化碳估计 ${band}`, `estimated COHb of an elderly person ${band}`))
  }
  const doubt = doubtSentence(evidence.doubts ?? [], language)
  if (doubt) parts.push(doubt)
  if (evidence.cleanSince !== undefined) {
    const since = time(evidence.cleanSince)
    parts.push(
      say(`${since} 起空气已正常，仍须有人确认`, `air clean since ${since}, to be confirmed in person`),
    )
  }
  // A silence in the same home stands on this card, air first (safety 12).
  if (evidence.silence !== undefined)
    parts.push(say('同一户还没有报平安', 'and no check-in from the same home'))
  return parts.length > 0 ? parts : [incidentWhat({ kind, stage: 'alarm', evidence }, language)]
}

function whySos(evidence: Evidence, { say }: Reader): string[] {
  if (evidence.saidBy && evidence.presses === undefined)
    return [
      evidence.saidBy === 'neighbour'
        ? say('邻居说：人不好，要帮忙', 'a neighbour says that they are not well and need help')
        : say('家人说：人不好，要帮忙', 'the family says that they are not well and need help'),
    ]
  const presses = evidence.presses ?? 1
  const parts = [
    presses > 1
      ? say(`按了 ${presses} 次求助`, `pressed for help ${presses} times`)
      : say('按了求助', 'pressed for help'),
  ]
  if (evidence.cancelled)
    parts.push(say('之后按了取消，仍要听到本人声音', 'then cancelled: still hear her voice'))
  return parts
}

function whyDevice(evidence: Evidence, { say, time, language }: Reader): string[] {
  const stage = 'notice'
  const parts = [incidentWhat({ kind: 'device', stage, evidence }, language)]
  if (evidence.devices?.length) parts.push(evidence.devices.join(say('、', ', ')))
  if (evidence.battery !== undefined) {
    parts.push(say(`电量 ${show(evidence.battery)}%`, `battery ${show(evidence.battery)}%`))
  }
  if (evidence.trouble === 'lowSoon' && evidence.lowAt !== undefined)
    parts.push(
      say(`预计 ${time(evidence.lowAt)} 前后用完`, `expected to be low about ${time(evidence.lowAt)}`),
    )
  const cover = coverSentence(evidence, language)
  if (cover) parts.push(cover)
  return parts
}

function whyAfter(evidence: Evidence, kind: IncidentKind, { say, time, language }: Reader): string[] {
  const parts: string[] = []
  if (evidence.unreadable)
    parts.push(say('消息没能读懂，按真的处理', 'the message could not be read and is taken as real'))
  if (evidence.lastSign) {
    const [at, what] = [time(evidence.lastSign.at), signWord(evidence.lastSign.what, language)]
    parts.push(say(`最后动静 ${at}，${what}`, `last sign of life ${at}, ${what}`))
  } else if (kind === 'missed') {
    parts.push(say('近来没有看到别的动静', 'no other sign of life lately'))
  }
  return parts
}

const capital = (sentence: string) => sentence.charAt(0).toUpperCase() + sentence.slice(1)

const show = (value: number) => String(Math.round(value * 10) / 10)

// The words of the sentences: devices, deeds, places.
import { incidentWhat } from '#contract/incident-title.ts'
import type { LedgerPlace } from '#contract/community.ts'
import type { CommandKind, ContactMode } from '#contract/messages.ts'
import { outcomes, type OutcomeCode } from '#contract/outcomes.ts'
import type { DeviceKind, IncidentKind, Stage } from '#contract/primitives.ts'
import type { Deed, Happening, What } from './language.ts'
import { englishName } from './people.ts'
import type { Sentence } from './words.ts'

export const deviceWords: Record<DeviceKind, Sentence> = {
  button: { zh: '按钮', en: 'button' },
  curtain: { zh: '窗帘传感器', en: 'curtain sensor' },
  co: { zh: '一氧化碳探测器', en: 'CO detector' },
  gas: { zh: '燃气探测器', en: 'gas detector' },
  motion: { zh: '动静传感器', en: 'motion sensor' },
  tablet: { zh: '平板', en: 'tablet' },
  gateway: { zh: '网关', en: 'gateway' },
}

export const commandWords: Record<CommandKind, Sentence> = {
  remind: { zh: '提醒该报平安了', en: 'reminds of the good morning' },
  comfort: { zh: '说：有人过来看看您', en: 'says that somebody is coming' },
  alarm: { zh: '响起警报', en: 'sounds the alarm' },
  mute: { zh: '静音', en: 'falls silent' },
}

export const contactWords: Record<ContactMode, Sentence> = {
  phone: { zh: '响铃', en: ' by ringing' },
  light: { zh: '用灯', en: ' by light' },
  vibration: { zh: '用振动', en: ' by vibration' },
  recording: { zh: '用录好的话', en: ' by a recorded voice' },
  visit: { zh: '只显示', en: ' on its screen only' },
}

export const placeWords: Record<LedgerPlace, Sentence> = {
  pressed: { zh: '已报平安', en: 'well, by a press' },
  proxy: { zh: '由人代报', en: 'well, answered for' },
  phoned: { zh: '通过电话', en: 'well, spoken with' },
  visited: { zh: '有人见过', en: 'well, visited' },
  excused: { zh: '已报备外出', en: 'away' },
  notYetDue: { zh: '还没到时间', en: 'not yet due' },
  blind: { zh: '监测中断', en: 'blind' },
  open: { zh: '未知', en: 'open' },
}

/** What an incident is called on the board. */
export function roleOfWhat(what: What): Sentence {
  const [kind, stage] = what.split(' ') as [IncidentKind, Stage]
  const silence = { notice: 'late', warning: 'blind', alarm: 'missed', critical: 'missed' } as const
  const evidence = kind === 'missed' ? { silence: silence[stage] } : {}
  if (kind === 'device') return { zh: '设备问题', en: 'trouble with a device' }
  return {
    zh: incidentWhat({ kind, stage, evidence }, 'zh'),
    en: incidentWhat({ kind, stage, evidence }, 'en').replace(/^[A-Z](?=[a-z])/, (first) =>
      first.toLowerCase(),
    ),
  }
}

const outcomeOf = (code: OutcomeCode): Sentence => {
  const found = outcomes.find((outcome) => outcome.code === code)
  return { zh: found?.zh ?? code, en: (found?.en ?? code).toLowerCase() }
}

export const deedWords = {
  outcome: outcomeOf,
  deed(deed: Deed): Sentence {
    switch (deed.does) {
      case 'acknowledge':
        return { zh: '收到', en: 'acknowledges' }
      case 'depart':
        return { zh: '出发', en: 'sets out' }
      case 'arrive':
        return { zh: '到场', en: 'is at the door' }
      case 'decline':
        return { zh: '去不了', en: 'cannot go' }
      case 'find':
        return {
          zh: `回话：${findings[deed.finding ?? 'answered'].zh}`,
          en: findings[deed.finding ?? 'answered'].en,
        }
      case 'close':
        return { zh: `办结：${outcomeOf(deed.outcome).zh}`, en: `closes: ${outcomeOf(deed.outcome).en}` }
      case 'checkBack':
        return { zh: '回访', en: 'checks back' }
      case 'note':
        return { zh: `写备注：${deed.text}`, en: 'writes a note' }
      case 'acknowledgeFor':
        return { zh: `代${deed.person}收到`, en: `acknowledges for ${englishName(deed.person)}` }
      case 'assign':
        return { zh: `派${deed.person}去`, en: `sends ${englishName(deed.person)}` }
      case 'dialled':
        return {
          zh: `拨了${numberWord(deed.number).zh}：${deed.answer}`,
          en: `has called ${numberWord(deed.number).en}`,
        }
    }
  },
}

/** An emergency number as people say it. */
export const numberWord = (number: string): Sentence =>
  number === 'gas' ? { zh: '燃气公司', en: 'the gas company' } : { zh: ` ${number}`, en: number }

const findings = {
  answered: { zh: '本人应门', en: 'says: she answered' },
  noAnswer: { zh: '没人应门', en: 'says: no answer' },
  entered: { zh: '已进门', en: 'says: entered' },
  waitingFor119: { zh: '等119', en: 'says: waiting for 119' },
}

/** A message of a device. */
export function saysWords({ from, kind, body, retain, deviceTime }: Happening & { is: 'says' }): Sentence {
  const said = saidBy({ kind, body, device: from.device })
  const zh = [
    from.mark === undefined ? '' : marks[from.mark].zh,
    retain ? '被代理留存' : '',
    deviceTime === undefined ? '' : `设备时间 ${deviceTime}`,
    unreadable(body).zh,
    twice(body).zh,
  ].filter(Boolean)
  const en = [
    from.mark === undefined ? '' : marks[from.mark].en,
    retain ? 'retained by the broker' : '',
    deviceTime === undefined ? '' : `device time ${deviceTime}`,
    unreadable(body).en,
    twice(body).en,
  ].filter(Boolean)
  return {
    zh: `${from.at}${said.zh}${zh.length > 0 ? `（${zh.join('，')}）` : ''}`,
    en: `${englishName(from.at)}${said.en}${en.length > 0 ? ` (${en.join(', ')})` : ''}`,
  }
}

const marks = {
  shared: { zh: '没有绑定谁的按钮', en: 'a button bound to nobody' },
  outdoors: { zh: '装在屋外', en: 'outdoors' },
  demo: { zh: '模拟设备', en: 'a simulated device' },
  drill: { zh: '演练设备', en: 'a device of a drill' },
}
const unreadable = (body: object | string): Sentence =>
  typeof body === 'string' ? { zh: '读不懂', en: 'unreadable' } : { zh: '', en: '' }
const twice = (body: object | string): Sentence => {
  const id = typeof body === 'object' && 'id' in body ? String(body.id) : ''
  return id === '' ? { zh: '', en: '' } : { zh: `消息 ${id}`, en: `message ${id}` }
}

type Said = { kind: (Happening & { is: 'says' })['kind']; body: object | string; device: DeviceKind }

function saidBy({ kind, body, device }: Said): Sentence {
  const is = (member: string): boolean => typeof body === 'object' && JSON.stringify(body).includes(member)
  const name = deviceWords[device]
  if (kind === 'checkin')
    return device === 'curtain'
      ? { zh: '拉开窗帘', en: ' opens the curtain' }
      : { zh: '报平安', en: ' presses' }
  if (kind === 'activity') return { zh: '家里有动静', en: ': something stirs at home' }
  if (kind === 'sos')
    return is('"cancelled":true')
      ? { zh: '按了取消求助', en: ' cancels the call for help' }
      : { zh: '按了求助', en: ' presses for help' }
  if (kind === 'heartbeat') {
    const more = typeof body === 'object' && Object.keys(body).length > 0 ? ` ${JSON.stringify(body)}` : ''
    return { zh: `的${name.zh}报到${more}`, en: `'s ${name.en} is heard${more}` }
  }
  if (kind === 'alarm') {
    const test = is('"test":true') ? { zh: '自检', en: 'self-test' } : { zh: '自己的警报', en: 'own alarm' }
    const off = is('"active":false')
    return {
      zh: `家${name.zh}${test.zh}${off ? '停了' : ''}`,
      en: `'s ${name.en}: its ${test.en}${off ? ' ends' : ''}`,
    }
  }
  return valueOf(body, device)
}

function valueOf(body: object | string, device: DeviceKind): Sentence {
  const { values = [], flags = {} } = body as { values?: { kind: string; value: number }[]; flags?: object }
  const [first] = values
  const unit = first?.kind === 'co' ? 'ppm' : '%LEL'
  const marked = Object.keys(flags).join(' ')
  const more = marked === '' ? '' : ` (${marked})`
  return {
    zh: `家${deviceWords[device].zh}读数 ${first?.value} ${unit}${more}`,
    en: `'s ${deviceWords[device].en} reads ${first?.value} ${unit}${more}`,
  }
}

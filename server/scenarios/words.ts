// Every line of a scenario as one plain sentence, in Chinese and in English.
import {
  commandWords,
  contactWords,
  deedWords,
  deviceWords,
  numberWord,
  placeWords,
  roleOfWhat,
  saysWords,
} from './word-tables.ts'
import { groupWhat } from '#contract/group-words.ts'
import type { IncidentKind } from '#contract/primitives.ts'
import type { Card, Given, Group, Happening, Line, SettingAside } from './language.ts'
import { englishName } from './people.ts'

export type Sentence = { zh: string; en: string }

const both = (names: readonly string[]): Sentence => ({
  zh: names.join('、'),
  en: names.map(englishName).join(', '),
})

export function sentenceOf(what: Line['what']): Sentence {
  switch (what.is) {
    case 'rings': {
      const who = both(what.who)
      const about = roleOfWhat(what.what)
      const mark = what.origin === undefined || what.origin === 'live' ? '' : what.origin
      const of =
        what.of === undefined
          ? { zh: '', en: '' }
          : { zh: `（${what.of}）`, en: ` (${englishName(what.of)})` }
      const again = againOf(what.every)
      const [zh, en] = what.purpose === 'alarm' ? ['被叫响', 'rung'] : ['得到通知', 'told']
      const marked = mark && { zh: `【${mark === 'drill' ? '演练' : '模拟'}】`, en: ` [${mark}]` }
      return {
        zh: `${who.zh}${zh}：${marked ? marked.zh : ''}${about.zh}${of.zh}${again.zh}`,
        en: `${who.en} ${what.who.length > 1 ? 'are' : 'is'} ${en}: ${about.en}${marked ? marked.en : ''}${of.en}${again.en}`,
      }
    }
    case 'sounds': {
      const device = deviceWords[what.where.device]
      const command = commandWords[what.command]
      const by = what.by ? contactWords[what.by] : { zh: '', en: '' }
      const again = againOf(what.every)
      return {
        zh: `${what.where.at}的${device.zh}${by.zh}${command.zh}${again.zh}`,
        en: `${englishName(what.where.at)}'s ${device.en} ${command.en}${by.en}${again.en}`,
      }
    }
    case 'card':
      return cardSentence(what)
    case 'group':
      return groupSentence(what)
    case 'place': {
      const place = placeWords[what.place]
      return {
        zh: `晨间清点：${what.resident}${place.zh}`,
        en: `in the morning's count ${englishName(what.resident)} is ${place.en}`,
      }
    }
    case 'calendar':
      return what.missing.length === 0
        ? { zh: '值班台：节日表齐全', en: 'the desk page misses nothing of the festival calendar' }
        : {
            zh: `值班台写着还缺：${what.missing.join('、')}`,
            en: `the desk page says what is missing of the festival calendar: ${what.missing.join(', ')}`,
          }
    case 'noCard':
      return { zh: '看板上没有事件', en: 'the board is empty' }
    case 'aside':
      return {
        zh: `搁置 ${what.shelved} 项，停用 ${what.outOfService} 项`,
        en: `${what.shelved} shelved, ${what.outOfService} out of service`,
      }
    case 'unprotected':
      return unprotectedSentence(what)
    case 'flood':
      return what.who.length === 0
        ? { zh: '没有报警泛滥', en: 'nobody is flooded' }
        : { zh: `报警泛滥：${both(what.who).zh}`, en: `flooded: ${both(what.who).en}` }
    case 'refusedMessage':
      return {
        zh: `${what.from}的这条消息列入未收（${what.reason}）`,
        en: `the message of ${englishName(what.from)} stands among the refused (${what.reason})`,
      }
    default:
      return happeningSentence(what)
  }
}

function againOf(every: { ms: number; times: number } | undefined): Sentence {
  if (!every) return { zh: '', en: '' }
  const count = every.ms / 60_000
  return {
    zh: `，每 ${count} 分钟一次，共 ${every.times} 次`,
    en: `, ${every.times} times, every ${count === 1 ? 'minute' : `${count} minutes`}`,
  }
}

const states = {
  open: { zh: '未办结', en: 'open' },
  handled: { zh: '已处理，等回访', en: 'handled, awaiting its check-back' },
  closed: { zh: '已办结', en: 'closed' },
}

function cardSentence(card: Card): Sentence {
  const about = roleOfWhat(card.what)
  const zh = [states[card.state].zh]
  const en = [states[card.state].en]
  if (card.acknowledgedBy) {
    zh.push(`${card.acknowledgedBy}已收到`)
    en.push(`taken by ${englishName(card.acknowledgedBy)}`)
  }
  if (card.acknowledgedBy === null) {
    zh.push('没有人接手')
    en.push('in nobody’s hands')
  }
  if (card.outcome) {
    zh.push(deedWords.outcome(card.outcome).zh)
    en.push(deedWords.outcome(card.outcome).en)
  }
  if (card.origin && card.origin !== 'live') {
    zh.push(`标明 ${card.origin}`)
    en.push(`marked ${card.origin}`)
  }
  if (card.calls) {
    const calls = card.calls.map((call) => call.split(' ') as [number: string, name: string])
    zh.push(`要拨：${calls.map(([number, name]) => `${numberWord(number).zh.trim()}（${name}）`).join('、')}`)
    en.push(
      `to be called: ${calls.map(([number, name]) => `${numberWord(number).en} by ${englishName(name)}`).join(', ')}`,
    )
  }
  for (const [key, value] of Object.entries(card.evidence ?? {})) {
    zh.push(`${key} ${JSON.stringify(value)}`)
    en.push(`${key} ${JSON.stringify(value)}`)
  }
  return {
    zh: `卡片：${card.of}，${about.zh}（${zh.join('，')}）`,
    en: `the card of ${englishName(card.of)}, ${about.en}: ${en.join(', ')}`,
  }
}

function groupSentence({ cause, what, state, rows }: Group): Sentence {
  const [kind] = what.split(' ') as [IncidentKind]
  const about = groupWhat(kind, { cause, homes: rows.length }, 'zh')
  const names = rows.length > 5 ? { zh: '按风险排序', en: 'in order of risk' } : both(rows)
  return {
    zh: `一张卡片：${about.replace(/^ /, '')}（${names.zh}），${states[state].zh}`,
    en: `one card, ${groupWhat(kind, { cause, homes: rows.length }, 'en').replace(/^Building : /, 'one building: ')} (${names.en}), ${states[state].en}`,
  }
}

const dangerWords = { co: { zh: '一氧化碳', en: 'CO' }, gas: { zh: '燃气', en: 'gas' } }

function unprotectedSentence({ resident, dangers }: Line['what'] & { is: 'unprotected' }): Sentence {
  const who = englishName(resident)
  if (dangers.length === 0) return { zh: `${resident}家有监护`, en: `the home of ${who} is protected` }
  const [zh, en] = (['zh', 'en'] as const).map((lang) => dangers.map((one) => dangerWords[one][lang]))
  return {
    zh: `${resident}家未监护：${zh?.join('、')}`,
    en: `the home of ${who} is unprotected from ${en?.join(' and ')}`,
  }
}

function asideSentence({ who, from, how, refused }: SettingAside): Sentence {
  const device = deviceWords[from.device]
  const of = englishName(from.at)
  const not = refused ? { zh: '，不准', en: ', which is refused' } : { zh: '', en: '' }
  if ('putBack' in how)
    return {
      zh: `${who}恢复${from.at}家${device.zh}的提醒`,
      en: `${englishName(who)} puts ${of}'s ${device.en} back`,
    }
  if ('takeOut' in how)
    return {
      zh: `${who}停用${from.at}家的${device.zh}，${how.days} 天后复核${not.zh}`,
      en: `${englishName(who)} takes ${of}'s ${device.en} out of service, to be reviewed in ${how.days} days${not.en}`,
    }
  const about = how.shelve === 'device' ? { zh: '', en: '' } : { zh: '的警报', en: ' alarm' }
  return {
    zh: `${who}搁置${from.at}家的${device.zh}${about.zh} ${how.minutes} 分钟${not.zh}`,
    en: `${englishName(who)} shelves ${of}'s ${device.en}${about.en} for ${how.minutes} minutes${not.en}`,
  }
}

function happeningSentence(what: Happening): Sentence {
  switch (what.is) {
    case 'says':
      return saysWords(what)
    case 'curve':
    case 'backlog':
      return samplesSentence(what)
    case 'webPress':
      return what.press === 'sos'
        ? {
            zh: `${what.resident}在自己的网页上求助`,
            en: `${englishName(what.resident)} asks for help on her page`,
          }
        : {
            zh: `${what.resident}在自己的网页上报平安`,
            en: `${englishName(what.resident)} presses on her page`,
          }
    case 'line': {
      const device = deviceWords[what.from.device]
      return {
        zh: `${what.from.at}的${device.zh}${what.up ? '恢复连接' : '断了线'}`,
        en: `${englishName(what.from.at)}'s ${device.en} ${what.up ? 'is back' : 'is cut off'}`,
      }
    }
    case 'power':
      return {
        zh: `${what.building}号楼${what.on ? '来电' : '停电'}`,
        en: `the power of building ${what.building} ${what.on ? 'is back' : 'is cut'}`,
      }
    case 'server':
      return what.up
        ? { zh: '服务恢复', en: 'the service is back' }
        : { zh: '服务停机', en: 'the service goes down' }
    case 'phone':
      return {
        zh: `${what.person}${what.awake ? '打开' : '关上'}手机页面`,
        en: `${englishName(what.person)} ${what.awake ? 'opens' : 'closes'} the page on the phone`,
      }
    case 'acts':
      return actSentence(what)
    case 'answersFor': {
      const who =
        what.residents.length > 3
          ? { zh: `${what.residents.length}位老人`, en: `${what.residents.length} residents` }
          : both(what.residents)
      const how =
        what.proxy.seenOrSpoken === 'seen' ? { zh: '见到', en: 'seen' } : { zh: '通过话', en: 'spoken with' }
      const refused =
        what.refused === undefined
          ? { zh: '', en: '' }
          : { zh: `，其中 ${what.refused} 次不收`, en: `; ${what.refused} of it refused` }
      return {
        zh: `${what.who}为${who.zh}代报平安（${how.zh}，${what.proxy.place.trim() || '没写地点'}）${refused.zh}`,
        en: `${englishName(what.who)} answers for ${who.en} (${how.en}, ${what.proxy.place.trim() || 'no place'})${refused.en}`,
      }
    }
    case 'declares':
      return {
        zh: `${what.who}为${what.resident}报备外出 ${what.days} 天${what.refused ? '，不收' : ''}`,
        en: `${englishName(what.who)} declares ${englishName(what.resident)} away for ${what.days} days${what.refused ? ', which is refused' : ''}`,
      }
    case 'setsAside':
      return asideSentence(what)
    case 'endsAbsence':
      return {
        zh: `${what.who}结束${what.resident}的外出报备`,
        en: `${englishName(what.who)} ends the absence of ${englishName(what.resident)}`,
      }
  }
}

function samplesSentence({
  is,
  from,
  of,
  everyMs,
  values,
}: Happening & { is: 'curve' | 'backlog' }): Sentence {
  const air =
    of === 'co' ? { unit: 'ppm', zh: '一氧化碳', en: 'CO' } : { unit: '%LEL', zh: '燃气', en: 'gas' }
  const count = everyMs >= 60_000 ? everyMs / 60_000 : everyMs / 1000
  const [zhUnit, enUnit] = everyMs >= 60_000 ? ['分钟', 'min'] : ['秒', 's']
  const when = is === 'curve' ? ['从此', 'from now on'] : ['补报此前', 'kept until now']
  return {
    zh: `${from.at}家${air.zh}${when[0]}每 ${count} ${zhUnit}一次的读数：${runs(values)} ${air.unit}`,
    en: `${when[1]} ${air.en} at ${englishName(from.at)}'s, every ${count} ${enUnit}: ${runs(values)} ${air.unit}`,
  }
}

function actSentence({ who, deed, refused }: Happening & { is: 'acts' }): Sentence {
  const said = deedWords.deed(deed)
  return {
    zh: `${who}${said.zh}${refused ? '，不被允许' : ''}`,
    en: `${englishName(who)} ${said.en}${refused ? `, which is refused (${refused})` : ''}`,
  }
}

/** 60 ×17, 0 ×12 in place of so many numbers. */
function runs(values: readonly number[]): string {
  const found: { value: number; count: number }[] = []
  for (const value of values) {
    const last = found.at(-1)
    if (last?.value === value) last.count += 1
    else found.push({ value, count: 1 })
  }
  return found.map(({ value, count }) => (count > 1 ? `${value} ×${count}` : String(value))).join(', ')
}

export function givenSentence(given: Given): Sentence {
  switch (given.is) {
    case 'enrolled':
      return {
        zh: `${given.resident}于 ${given.on} 入约`,
        en: `${englishName(given.resident)} enrolled on ${given.on}`,
      }
    case 'neverPressed':
      return {
        zh: `${given.resident}入户以来还没按过`,
        en: `${englishName(given.resident)} has never pressed since the enrolment`,
      }
    case 'risk':
      return {
        zh: `${given.resident}的风险等级：${given.tier}`,
        en: `${englishName(given.resident)} is of tier ${given.tier}`,
      }
    case 'deaf':
      return { zh: `${given.resident}听不见`, en: `${englishName(given.resident)} is deaf` }
    case 'pact': {
      const half = given.edge === 'evening' ? ['晚上', 'evening'] : ['早上', 'morning']
      const days =
        given.days.length === 7
          ? ['每天', 'every day']
          : [`周 ${given.days.join('')}`, `on weekdays ${given.days.join(', ')}`]
      return {
        zh: `${given.resident}的${half[0]}约定：${days[0]} ${given.deadline}`,
        en: `the ${half[1]} pact of ${englishName(given.resident)}: ${given.deadline}, ${days[1]}`,
      }
    }
    case 'away':
      return {
        zh: `${given.resident}报备外出：${given.fromOn} 到 ${given.untilOn}（当天回来）`,
        en: `${englishName(given.resident)} is away from ${given.fromOn}, back on ${given.untilOn}`,
      }
    case 'asleep':
      return { zh: `${given.person}没有打开页面`, en: `${englishName(given.person)} has no page open` }
    case 'onDuty':
      return { zh: `${given.person}也在值班`, en: `${englishName(given.person)} is on duty too` }
    case 'neverHeard':
      return {
        zh: `${given.resident}的设备还从来没有响过`,
        en: `no device of ${englishName(given.resident)} was ever heard`,
      }
    case 'noNeighbour':
      return { zh: '没有结对的邻居，也没有家属', en: 'no neighbour is paired, and there is no family' }
    case 'sendsAtOnce':
      return {
        zh: '社区自己的规则：一到时间就派红管家',
        en: 'the community’s own rule: the steward is sent at the hour',
      }
    case 'flat':
      return {
        zh: `${given.resident}住在 ${given.label}`,
        en: `${englishName(given.resident)} lives in ${given.label}`,
      }
  }
}

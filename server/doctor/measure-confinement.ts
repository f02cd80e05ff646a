// Whether one device can speak for another, or hear its commands.
import type { MqttClient } from 'mqtt'
import { topicOf } from '#contract/topics.ts'
import type { Examination, Measure } from './examine.ts'
import { listener, open, pause } from './probe.ts'

/** Serials that no device has. */
const victim = 'doctor-victim-0'
const unreadable = 'doctor'
/** What has not arrived by then was kept out (ms). */
const answerMs = 1000

export async function confinement(examination: Examination): Promise<Measure> {
  const { url, deviceUrl, names } = examination
  const intruderUrl = deviceUrl ?? anonymous(url)
  const who =
    deviceUrl === undefined
      ? { zh: '没有密码的客户端', en: 'A client without a password' }
      : { zh: '这台设备', en: 'This device' }
  const topic = topicOf(victim, 'heartbeat')
  const watcher = await listener(url, {
    clientId: names.clientId('watch'),
    filter: topic,
    clean: true,
    how: 'acknowledges',
  })
  const intruder = await open(intruderUrl, { clientId: names.clientId('intruder'), clean: true }).catch(
    () => undefined,
  )
  const mayListen = intruder ? await hears(intruder, watcher.client) : false
  // a broker may answer what it forbids by closing the connection, or not at all
  if (intruder)
    await Promise.race([
      intruder.publishAsync(topic, unreadable, { qos: 1 }).catch(() => undefined),
      pause(answerMs),
    ])
  const maySpeak = intruder !== undefined && (await watcher.heard(1, answerMs)).length > 0
  await intruder?.endAsync(true)
  await watcher.leave()
  const isKept = !maySpeak && !mayListen
  // kept out without a password proves nothing of devices that have one
  const ok = isKept ? (deviceUrl === undefined ? null : true) : false
  const how = deviceUrl === undefined ? '--device-url mqtt://SERIAL:SECRET@HOST' : ''
  return {
    ok,
    value: isKept
      ? 'kept out'
      : [maySpeak ? 'speaks' : '', mayListen ? 'listens' : ''].filter(Boolean).join(' and '),
    unit: '',
    zh: isKept
      ? `${who.zh}进不了别家的主题${ok === null ? `；设备之间是否隔开，要用 ${how} 再量` : ''}`
      : `${who.zh}能${maySpeak ? '冒充别家说话' : ''}${maySpeak && mayListen ? '、' : ''}${mayListen ? '偷听别家的命令' : ''}：broker 没有隔开设备`,
    en: isKept
      ? `${who.en} is kept out of the topics of others${ok === null ? `; whether devices are kept apart needs ${how}` : ''}`
      : `${who.en} can ${[maySpeak ? 'speak for' : '', mayListen ? 'listen to' : ''].filter(Boolean).join(' and ')} another home: the broker does not confine devices`,
  }
}

function anonymous(url: string): string {
  const bare = new URL(url)
  bare.username = ''
  bare.password = ''
  return bare.href
}

/** A broker may grant a subscription and then deliver nothing (mosquitto does), so only what arrives counts. */
async function hears(intruder: MqttClient, service: MqttClient): Promise<boolean> {
  const topic = topicOf(victim, 'cmd')
  const heard = new Set<string>()
  intruder.on('message', (from) => void heard.add(from))
  await Promise.race([intruder.subscribeAsync(topic, { qos: 1 }).catch(() => undefined), pause(answerMs)])
  await service.publishAsync(topic, unreadable, { qos: 1 })
  const giveUpAt = performance.now() + answerMs
  while (!heard.has(topic) && performance.now() < giveUpAt) await pause(5)
  return heard.has(topic)
}

// Whether it answers, and what it lets through.
import { upKinds } from '#contract/topics.ts'
import type { Examination, Measure } from './examine.ts'
import { listener, open } from './probe.ts'

export async function reach({ url, names }: Examination): Promise<Measure> {
  const before = performance.now()
  const client = await open(url, { clientId: names.clientId('reach'), clean: true })
  const ms = Math.round(performance.now() - before)
  await client.endAsync(true)
  return {
    ok: true,
    value: ms,
    unit: 'ms',
    zh: `连得上（${ms} 毫秒，MQTT 3.1.1）`,
    en: `Reachable (${ms} ms, MQTT 3.1.1)`,
  }
}

/** As one of our consumers subscribes: sixteen shards of each kind of message (NATS allows by default half as many). */
const filtersMax = 16 * upKinds.length

export async function askQos({ url, names }: Pick<Examination, 'url' | 'names'>): Promise<Measure> {
  const client = await open(url, { clientId: names.clientId('qos'), clean: true })
  const filters = Array.from({ length: filtersMax }, (_, nth) => names.topic(`qos/${nth}/+`))
  const granted = await client.subscribeAsync(filters, { qos: 1 }).catch(() => [])
  await client.endAsync(true)
  const count = granted.filter(({ qos }) => qos === 1).length
  const ok = count === filtersMax
  return {
    ok,
    value: count,
    unit: `of ${filtersMax}`,
    zh: ok
      ? `按 QoS 1 订阅，一个会话 ${filtersMax} 个主题`
      : `一个会话的 ${filtersMax} 个主题没有都按 QoS 1 给：服务器一条也收不到`,
    en: ok
      ? `Grants a session its ${filtersMax} filters with QoS 1`
      : `Does not grant a session its ${filtersMax} filters with QoS 1: servers would hear nothing`,
  }
}

export async function retained({ url, names }: Examination): Promise<Measure> {
  const topic = names.topic('retained')
  const publisher = await open(url, { clientId: names.clientId('publisher'), clean: true })
  await publisher.publishAsync(topic, 'old', { qos: 1, retain: true })
  const reader = await listener(url, {
    clientId: names.clientId('late'),
    filter: topic,
    clean: true,
    how: 'acknowledges',
  })
  const [first] = await reader.heard(1, 1000)
  await publisher.publishAsync(topic, '', { qos: 1, retain: true })
  await publisher.endAsync(true)
  await reader.leave()
  const ok = first === undefined || first.retain
  return {
    ok,
    value: first === undefined ? 'none' : first.retain ? 'marked' : 'unmarked',
    unit: '',
    zh:
      first === undefined
        ? '不保留消息（我们不需要）'
        : first.retain
          ? '保留的旧消息带着标记：不会被当成今天的报平安'
          : '保留的旧消息没有标记：昨天的报平安会被当成今天的',
    en:
      first === undefined
        ? 'Retains nothing (we need none)'
        : first.retain
          ? 'Retained messages are marked as old: none counts as a check-in of today'
          : 'Retained messages are not marked: a check-in of yesterday would count today',
  }
}

/** 240 buffered readings. */
const largeBytes = 32_768

export async function largeMessage({ url, names }: Examination): Promise<Measure> {
  const topic = names.topic('large')
  const reader = await listener(url, {
    clientId: names.clientId('large'),
    filter: topic,
    clean: true,
    how: 'acknowledges',
  })
  const publisher = await open(url, { clientId: names.clientId('publisher'), clean: true })
  await publisher.publishAsync(topic, 'x'.repeat(largeBytes), { qos: 1 })
  const came = (await reader.heard(1)).length > 0
  await publisher.endAsync(true)
  await reader.leave()
  return {
    ok: came,
    value: came,
    unit: `${largeBytes} bytes`,
    zh: came ? '装得下四小时的缓存读数（32 KB）' : '装不下四小时的缓存读数（32 KB）',
    en: came
      ? 'Carries four hours of buffered readings (32 KB)'
      : 'Does not carry four hours of buffered readings (32 KB)',
  }
}

// What a server does for groups that change hands, against every standard broker that is there.
import mqtt from 'mqtt'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { topicOf } from '#contract/topics.ts'
import { standardBrokers, type StandardBroker } from '#testing/external-brokers.ts'
import { until } from '#testing/until.ts'
import { createExternalBroker } from './create-external-broker.ts'

const serial = 'li-button'
const topic = topicOf(serial, 'sos')
const group = topic.charAt('cp/v1/'.length)
/** Who was thrown out by another with its id is back by then (real ms). */
const backMs = 1200

describe.each(standardBrokers)('$name', ({ start }) => {
  let standard: StandardBroker
  beforeAll(async () => {
    standard = await start()
  })
  afterAll(() => standard.stop())

  test('a group that was lost and taken again while the server stood still has one consumer, and loses nothing', async () => {
    const stored: string[] = []
    const quiet = () => {}
    const broker = createExternalBroker<{ serial: string }>({
      url: standard.url,
      identify: (serials) => Promise.resolve(new Map(serials.map((one) => [one, { serial: one }]))),
      accept: ({ payload, fence }) => {
        stored.push(`${fence?.token} ${payload.toString()}`)
        return Promise.resolve()
      },
      onRefused: quiet,
      now: () => performance.now(),
      log: { info: quiet, warn: quiet, error: quiet },
    })
    onTestFinished(() => broker.close())
    broker.hold(group, 1)
    await until('it consumes', () => broker.isReady())
    broker.hold(group, 2)
    await until('it consumes under the new lease', () => broker.isReady())
    const device = await mqtt.connectAsync(standard.url)
    onTestFinished(() => device.endAsync(true))
    const begun = performance.now()
    let said = 0
    while (performance.now() - begun < backMs) {
      const word = String((said += 1))
      await device.publishAsync(topic, word, { qos: 1 })
      await until(`${word} is stored`, () => stored.includes(`2 ${word}`))
    }
    expect(stored).toHaveLength(said)
  })
})

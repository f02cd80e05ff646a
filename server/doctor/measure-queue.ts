// What is kept for a consumer that is away, and when it comes again.
import type { Examination, Measure } from './examine.ts'
import { listener, open, patienceMs, pause, publishMany } from './probe.ts'

/** Sent to an absent consumer: beyond the 1,000 at which mosquitto and HiveMQ begin to drop. */
const queued = 5000

export async function queueForAbsent({ url, names }: Examination): Promise<Measure> {
  const consumer = { clientId: names.clientId('absent'), filter: names.topic('queue'), clean: false }
  await (await listener(url, { ...consumer, how: 'acknowledges' })).leave()
  const publisher = await open(url, { clientId: names.clientId('publisher'), clean: true })
  await publishMany(publisher, names.topic('queue'), queued)
  await publisher.endAsync(true)
  const back = await listener(url, { clientId: consumer.clientId, clean: false, how: 'acknowledges' })
  await settled(back)
  const kept = new Set(back.seen.map(({ text }) => text)).size
  await forget(url, consumer.clientId, back)
  const ok = kept === queued
  return {
    ok,
    value: kept,
    unit: `of ${queued}`,
    zh: ok
      ? `替离线的服务器排队：${queued} 条都在`
      : `替离线的服务器排队：${queued} 条只剩 ${kept} 条，其余已被丢弃而设备得到过 PUBACK`,
    en: ok
      ? `Queue for an absent server: all of ${queued} were kept`
      : `Queue for an absent server: ${kept} of ${queued} were kept, the rest was dropped although devices had their PUBACK`,
  }
}

export async function takeOver({ url, names }: Examination): Promise<Measure> {
  const about = { clientId: names.clientId('heir'), clean: false, how: 'keeps silent' } as const
  const first = await listener(url, { ...about, filter: names.topic('heir') })
  const publisher = await open(url, { clientId: names.clientId('publisher'), clean: true })
  await publishMany(publisher, names.topic('heir'), 10)
  await first.heard(10)
  const before = performance.now()
  const second = await listener(url, { ...about, how: 'acknowledges' })
  const came = (await second.heard(10)).length
  const ms = Math.round(performance.now() - before)
  await first.leave()
  await publisher.endAsync(true)
  await forget(url, about.clientId, second)
  const ok = came >= 10
  return {
    ok,
    value: ms,
    unit: 'ms',
    zh: ok
      ? `用同一客户端号接管：${ms} 毫秒后拿到未确认的 10 条`
      : `用同一客户端号接管：未确认的 10 条只来了 ${came} 条`,
    en: ok
      ? `Take-over by the same client id: the 10 unacknowledged came after ${ms} ms`
      : `Take-over by the same client id: ${came} of 10 unacknowledged came`,
  }
}

/** After a cut without a word, which is how a killed server looks. */
export async function redeliver({ url, names }: Examination): Promise<Measure> {
  const about = { clientId: names.clientId('again'), clean: false } as const
  const first = await listener(url, { ...about, filter: names.topic('again'), how: 'keeps silent' })
  const publisher = await open(url, { clientId: names.clientId('publisher'), clean: true })
  await publishMany(publisher, names.topic('again'), 1)
  await first.heard(1)
  first.client.stream.destroy()
  await pause(100)
  const before = performance.now()
  const second = await listener(url, { ...about, how: 'acknowledges' })
  const came = (await second.heard(1, 2 * patienceMs)).length
  const ms = Math.round(performance.now() - before)
  await publisher.endAsync(true)
  await forget(url, about.clientId, second)
  const ok = came > 0 && ms < patienceMs
  return {
    ok,
    value: came > 0 ? ms : null,
    unit: 'ms',
    zh: came > 0 ? `断线重连后 ${ms} 毫秒重发未确认的消息（应小于 5 秒）` : '断线重连后不重发未确认的消息',
    en:
      came > 0
        ? `Sends again ${ms} ms after a cut what was not acknowledged (5 s at most)`
        : 'Does not send again after a cut what was not acknowledged',
  }
}

/** It bounds how much waits for one commit, and so the rate; nothing is lost by it. */
export async function inFlight({ url, names }: Examination): Promise<Measure> {
  const about = { clientId: names.clientId('window'), clean: false } as const
  const first = await listener(url, { ...about, filter: names.topic('window'), how: 'keeps silent' })
  const publisher = await open(url, { clientId: names.clientId('publisher'), clean: true })
  await publishMany(publisher, names.topic('window'), 2000)
  await settled(first)
  const ahead = first.seen.length
  await publisher.endAsync(true)
  await forget(url, about.clientId, first)
  // sixteen consumers, a commit each 10 ms: 20 ahead are 32,000 messages/s
  const ok = ahead >= 10
  return {
    ok,
    value: ahead,
    unit: 'messages',
    zh: `不等确认先发 ${ahead} 条（太少会慢，不会丢）`,
    en: `Sends ${ahead} messages ahead of acknowledgements (few are slow, none are lost)`,
  }
}

/** Kept for an absent consumer while the broker itself goes and comes back. */
export async function overRestart({ url, names, restart }: Examination): Promise<Measure> {
  if (restart === undefined) return notRestarted
  const kept = 200
  const consumer = { clientId: names.clientId('restart'), filter: names.topic('restart'), clean: false }
  await (await listener(url, { ...consumer, how: 'acknowledges' })).leave()
  const publisher = await open(url, { clientId: names.clientId('publisher'), clean: true })
  await publishMany(publisher, names.topic('restart'), kept)
  await publisher.endAsync(true)
  await restart()
  const back = await backFrom(url, consumer.clientId)
  await settled(back)
  const came = new Set(back.seen.map(({ text }) => text)).size
  const hadSession = back.sessionPresent
  await forget(url, consumer.clientId, back)
  const ok = hadSession && came === kept
  return {
    ok,
    value: came,
    unit: `of ${kept}`,
    zh: ok
      ? `broker 重启后会话还在，${kept} 条都在`
      : `broker 重启后${hadSession ? '' : '会话没了，'}${kept} 条只剩 ${came} 条`,
    en: ok
      ? `Over its restart the session and all of ${kept} were kept`
      : `Over its restart ${hadSession ? '' : 'the session was lost, and '}${came} of ${kept} were kept`,
  }
}

const notRestarted: Measure = {
  ok: null,
  value: null,
  unit: '',
  zh: '没有重启 broker。要量重启：加 --restart "重启它的命令"，例如 --restart "systemctl restart mosquitto"',
  en: 'The broker was not restarted. To measure that add --restart "a command that restarts it", for example --restart "systemctl restart mosquitto"',
}

async function backFrom(url: string, clientId: string) {
  const giveUpAt = performance.now() + 6 * patienceMs
  for (;;) {
    try {
      return await listener(url, { clientId, clean: false, how: 'acknowledges' })
    } catch (error) {
      if (performance.now() > giveUpAt) throw error
      await pause(200)
    }
  }
}

/** Until nothing more has come for a while. */
async function settled({ seen }: { seen: readonly unknown[] }): Promise<void> {
  const quietMs = 1500
  for (let count = -1; count !== seen.length;) {
    count = seen.length
    await pause(quietMs)
  }
}

/** Leaves nothing behind: a clean session with the same id removes the kept one. */
async function forget(url: string, clientId: string, held: { leave(): Promise<void> }): Promise<void> {
  await held.leave()
  const client = await open(url, { clientId, clean: true })
  await client.endAsync()
}

// Whether devices can reach us at all. A network that is dead in front of us looks like a thousand people who overslept.

export type Sample = {
  /** Epoch ms. */
  now: number
  /** Messages received since the start. */
  heard: number
  connections: number
}

export type Hearing = {
  /** Looks once a second or so. Gives up to when we certainly heard whoever spoke (epoch ms). */
  heardUntil(sample: Sample): number
}

const limits = {
  /** So many messages ought to have come by now, and none did: chance alone does that once in three million. */
  expectedMin: 15,
  /** Fewer devices than this say nothing about the network. */
  connectionsMin: 20,
  /** The rate is that of the last minute or so (ms). */
  rateMs: 60_000,
  /** Only a steady flow can be missed: something in nearly each of the last seconds, and in so many of them. */
  steadyShare: 0.9,
  steadySamplesMin: 20,
  samplesMax: 60,
  /** Then connections that are dead have been found out by their keep-alive, and their absence speaks (ms). */
  silenceMsMax: 90_000,
  /** Devices that were cut off come back within this, and with them what they said (ms). */
  returnMs: 60_000,
  /** After a silence what was under way needs a moment to arrive (ms). */
  arriveMs: 3000,
}

/**
 * Two signs, both of many devices at once: nothing comes in although plenty should, or most connections are gone.
 * With few devices it cannot be told, and nothing is claimed; nor after a burst, for a morning's greetings come all at
 * once before the deadline and then there is quiet.
 */
export function createHearing(): Hearing {
  let before: Sample | undefined
  let perConnectionMs = 0
  let listenedMs = 0
  let heardAt = 0
  let spoke: boolean[] = []
  let peak = { connections: 0, at: 0 }
  let deaf: { since: number; until: number } | undefined

  function follow({ now, heard, connections }: Sample, last: Sample): void {
    // At first the mean of all there was, then that of the last minute.
    listenedMs = Math.min(limits.rateMs, listenedMs + now - last.now)
    const share = (now - last.now) / Math.max(1, listenedMs)
    const rate = (heard - last.heard) / Math.max(1, now - last.now) / Math.max(1, connections)
    perConnectionMs += (rate - perConnectionMs) * Math.min(1, share)
    heardAt = now
  }

  /** Since when nobody can reach us; undefined where somebody can. */
  function deafSince({ now, connections }: Sample, last: Sample): number | undefined {
    if (connections >= peak.connections || now - peak.at > limits.returnMs) peak = { connections, at: now }
    if (connections >= peak.connections / 2) peak = { ...peak, at: now }
    else if (peak.connections >= limits.connectionsMin) return Math.min(deaf?.since ?? last.now, peak.at)
    const silentMs = now - heardAt
    const isMissed = perConnectionMs * connections * silentMs > limits.expectedMin && wasSteady()
    return connections >= limits.connectionsMin && isMissed && silentMs < limits.silenceMsMax
      ? heardAt
      : undefined
  }

  /** Before the silence that is under way. */
  function wasSteady(): boolean {
    const before = spoke.slice(0, spoke.lastIndexOf(true) + 1)
    return (
      before.length >= limits.steadySamplesMin &&
      before.filter(Boolean).length >= limits.steadyShare * before.length
    )
  }

  return {
    heardUntil(sample) {
      const last = before ?? sample
      before = sample
      if (heardAt === 0) heardAt = sample.now
      spoke = [...spoke, sample.heard > last.heard].slice(-limits.samplesMax)
      // A short silence is part of the rate; a long one is no news of it.
      if (sample.heard > last.heard) follow(sample, last)
      const since = deafSince(sample, last)
      if (since !== undefined)
        deaf = { since: Math.min(since, deaf?.since ?? since), until: sample.now + limits.arriveMs }
      if (deaf && sample.now >= deaf.until) deaf = undefined
      return deaf?.since ?? sample.now
    },
  }
}

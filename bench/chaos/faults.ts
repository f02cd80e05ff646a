// What is done to the service, one or two at a time.
import { setTimeout as pause } from 'node:timers/promises'
import type { BrokerProcess } from './broker.ts'
import type { Chance } from './chance.ts'
import type { Postgres } from './postgres.ts'
import type { Proxy } from './proxy.ts'
import type { ServerProcess } from './servers.ts'

export type Fault = { what: string; target: string; run: () => Promise<void> }

export type Targets = {
  servers: readonly ServerProcess[]
  postgres: Postgres
  /** Between the devices and the brokers. */
  devices: Proxy
  /** Between each server and the database. */
  databaseLines: readonly Proxy[]
  /** Where it is none of ours, with the line of each server to it. */
  broker: { process: BrokerProcess; lines: readonly Proxy[] } | undefined
}

/** How long a fault lasts (ms): most are over before anybody could have noticed; what takes longer is the same, longer. */
const lasting = (chance: Chance) => chance.between(300, 9000)

export function faultsOn(
  { servers, postgres, devices, databaseLines, broker }: Targets,
  chance: Chance,
): Fault[] {
  const held = async (proxy: Proxy, mode: 'cut' | 'frozen', forMs: number) => {
    proxy.set(mode)
    await pause(forMs)
    proxy.set('open')
  }
  const line = (target: string, proxy: Proxy): Fault[] => [
    { what: 'line cut', target, run: () => held(proxy, 'cut', lasting(chance)) },
    { what: 'line frozen', target, run: () => held(proxy, 'frozen', lasting(chance)) },
  ]
  return [
    ...servers.flatMap((server): Fault[] => [
      { what: 'killed', target: server.name, run: () => server.kill('SIGKILL', chance.between(0, 3000)) },
      { what: 'killed', target: server.name, run: () => server.kill('SIGKILL', chance.between(0, 3000)) },
      { what: 'stopped', target: server.name, run: () => server.kill('SIGTERM', chance.between(0, 1000)) },
      { what: 'frozen', target: server.name, run: () => server.freeze(lasting(chance)) },
    ]),
    { what: 'killed', target: 'postgres', run: () => postgres.kill() },
    { what: 'frozen', target: 'postgres', run: () => postgres.freeze(lasting(chance)) },
    ...line('devices', devices),
    ...databaseLines.flatMap((proxy, nth) => line(`database of ${servers[nth]?.name}`, proxy)),
    ...(broker ? brokerFaults(broker.process, chance) : []),
    ...(broker?.lines ?? []).flatMap((proxy, nth) => line(`broker of ${servers[nth]?.name}`, proxy)),
  ]
}

const brokerFaults = (broker: BrokerProcess, chance: Chance): Fault[] => [
  { what: 'killed', target: 'broker', run: () => broker.kill(chance.between(0, 3000)) },
  { what: 'killed', target: 'broker', run: () => broker.kill(chance.between(0, 3000)) },
  { what: 'frozen', target: 'broker', run: () => broker.freeze(lasting(chance)) },
]

/** One in so many times two things break together. */
const pairEvery = 3

export type Injection = {
  chance: Chance
  /** Epoch ms. */
  untilAt: number
  /** Between two faults all is well for so long (ms), at least and at most. */
  quietMs: readonly [number, number]
  say: (line: string) => void
}

/** What was done, and from when until when (epoch ms). */
export type Done = { at: number; untilAt: number; target: string; what: string }

/** Until `untilAt`. */
export async function injectFaults(
  faults: readonly Fault[],
  { chance, untilAt, quietMs, say }: Injection,
): Promise<Done[]> {
  const done: Done[] = []
  for (;;) {
    await pause(chance.between(...quietMs))
    if (Date.now() >= untilAt) return done
    const first = chance.pick(faults)
    const others = faults.filter(({ target }) => target !== first.target)
    const isPair = others.length > 0 && chance.between(1, pairEvery) === 1
    const together = isPair ? [first, chance.pick(others)] : [first]
    const names = together.map(({ what, target }) => `${target}: ${what}`)
    say(`${new Date().toISOString().slice(11, 23)} ${names.join(' + ')}`)
    await Promise.all(
      together.map(async ({ run, target, what }) => {
        const at = Date.now()
        await run()
        done.push({ at, untilAt: Date.now(), target, what: `${target}: ${what}` })
      }),
    )
  }
}

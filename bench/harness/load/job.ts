// What a load generator is asked, and what it answers.
import type { Quantiles } from '../histogram.ts'
import { startWorker, type Worker } from '../worker.ts'
import type { Shape } from './packets.ts'

export type ConnectJob = {
  port: number
  serials: readonly string[]
  /** Messages under way on each connection. */
  window: number
  shape: Shape
  /** Of homes without any other traffic: each sends one hazard (an SOS and a CO alarm in turn), then no more. */
  hazardSerials?: readonly string[]
  subscribes?: boolean
}
export type ConnectResult = { connected: number; seconds: number; perSecond: number }

export type RunJob = {
  ms: number
  /** Load before it is counted. */
  warmupMs?: number
  /** Undefined: as fast as the windows allow. */
  perSecond?: number
  /** After so many messages one hazard from a new home; 0 for none. */
  hazardEvery?: number
}
export type RunResult = {
  /** Acknowledged while it was counted, and in `seconds`. */
  acknowledged: number
  values: number
  seconds: number
  perSecond: number
  valuesPerSecond: number
  /** Acknowledged from the first to the last, also during warm-up and drain. */
  all: number
  hazards: number
  hazardsMissing: number
  /** Paced only: had no free slot when they were due. */
  held: number
  /** Never acknowledged. */
  unanswered: number
  lost: string[]
  /** From sending (paced: from when it was due) to the acknowledgement, ms. */
  latency: Quantiles
}

export type HazardResult = { serial: string; sentAt: number; acknowledgedAt: number }

export type Load = {
  connect(job: ConnectJob): Promise<ConnectResult>
  run(job: RunJob): Promise<RunResult>
  hazard(): Promise<HazardResult>
  close(): Promise<void>
  worker: Worker
}

export function startLoad(): Load {
  const worker = startWorker(new URL('main.ts', import.meta.url))
  return {
    connect: (job) => worker.ask('connect', job),
    run: (job) => worker.ask('run', job),
    hazard: () => worker.ask('hazard'),
    close: () => worker.ask('close'),
    worker,
  }
}

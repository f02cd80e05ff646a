// The examination: what the promise leans on, measured on the broker itself. It publishes below cp/doctor only, except
// where it asks whether a device is kept out of another's topics, which it does with a body that no device would send.
import type { Finding } from './findings.ts'
import { confinement } from './measure-confinement.ts'
import { askQos, largeMessage, reach, retained } from './measure-door.ts'
import { inFlight, overRestart, queueForAbsent, redeliver, takeOver } from './measure-queue.ts'
import { createNames, type Names } from './probe.ts'

export type ExamineOptions = {
  url: string
  /** Of one device, `mqtt://serial:secret@host`: with it the doctor asks whether devices are confined. */
  deviceUrl: string | undefined
  /** Restarts the broker and resolves when that was done; undefined: it is not asked to restart. */
  restart: (() => Promise<void>) | undefined
}

export type Examination = ExamineOptions & { names: Names }

/** One finding after the other, as it is found; it ends at the first where the broker cannot be reached. */
export async function* examine(options: ExamineOptions): AsyncGenerator<Finding> {
  const examination = { ...options, names: createNames() }
  const reachable = await measured('reachable', () => reach(examination))
  yield reachable
  if (!reachable.ok) return
  yield await measured('qos1', () => askQos(examination))
  yield await measured('queue', () => queueForAbsent(examination))
  yield await measured('takeOver', () => takeOver(examination))
  yield await measured('redelivery', () => redeliver(examination))
  yield await measured('inFlight', () => inFlight(examination))
  yield await measured('retained', () => retained(examination))
  yield await measured('largeMessage', () => largeMessage(examination))
  yield await measured('confinement', () => confinement(examination))
  yield await measured('restart', () => overRestart(examination))
}

export type Measure = Omit<Finding, 'name'>

/** An answer that never came, or a connection that was closed, is a finding too. */
async function measured(name: Finding['name'], measure: () => Promise<Measure>): Promise<Finding> {
  try {
    return { name, ...(await Promise.race([measure(), tooLong()])) }
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    return {
      name,
      ok: false,
      value: null,
      unit: '',
      zh: `${name}：量不了（${why}）`,
      en: `${name}: could not be measured (${why})`,
    }
  }
}

/** A broker that stops answering in the middle must not hold the doctor up (ms). */
const measureMsMax = 120_000

function tooLong(): Promise<never> {
  return new Promise((_resolve, reject) => {
    setTimeout(() => reject(new Error(`no end after ${measureMsMax / 1000} s`)), measureMsMax).unref()
  })
}

// Who received what, held against what the scenario says. Nothing may be missing, and nothing may be left over.
import type { CommandKind, ContactMode } from '#contract/messages.ts'
import type { Origin } from '#contract/primitives.ts'
import { instantOf, wallClock } from '../scenarios/instants.ts'
import type { Line, Scenario, What } from '../scenarios/language.ts'
import type { Person, Resident } from '../scenarios/people.ts'

export type Received =
  | {
      is: 'rung'
      at: number
      who: Person
      what: What
      purpose: 'alarm' | 'inform'
      origin: Origin
      incidentId: number
    }
  | { is: 'sounded'; at: number; serial: string; command: CommandKind; by?: ContactMode }

/** Whose homes and silences the incidents are about, and whose device a serial is. */
export type Subjects = {
  isAbout: (incidentId: number, resident: Resident) => boolean
  serialOf: (where: (Line['what'] & { is: 'sounds' })['where']) => string
}

type Wanted = { text: string; from: number; until: number; fits: (one: Received) => boolean }

export function judgeReceived(
  scenario: Scenario,
  received: readonly Received[],
  subjects: Subjects,
): string[] {
  const left = [...received].sort((a, b) => a.at - b.at)
  const missing = scenario.story.flatMap((line) =>
    wantedBy(scenario, line, subjects).flatMap(({ text, from, until, fits }) => {
      const index = left.findIndex((one) => one.at >= from && one.at <= until && fits(one))
      if (index >= 0) left.splice(index, 1)
      return index >= 0 ? [] : [`missing: ${wallClock(scenario, from)} ${text}`]
    }),
  )
  return [...missing, ...left.map((one) => `unexpected: ${wallClock(scenario, one.at)} ${textOf(one)}`)]
}

function wantedBy(scenario: Scenario, { at, what }: Line, subjects: Subjects): Wanted[] {
  if (what.is !== 'rings' && what.is !== 'sounds') return []
  const firstAt = instantOf(scenario, at)
  const { ms, times } = what.every ?? { ms: 0, times: 1 }
  const instants = Array.from({ length: times }, (_, nth) => firstAt + nth * ms)
  return instants.flatMap((from) => wantedAt(what, { from, until: from + what.withinMs, subjects }))
}

function wantedAt(
  what: Line['what'] & { is: 'rings' | 'sounds' },
  { from, until, subjects }: { from: number; until: number; subjects: Subjects },
): Wanted[] {
  if (what.is === 'sounds') {
    const serial = subjects.serialOf(what.where)
    const fits = (one: Received) =>
      one.is === 'sounded' &&
      one.serial === serial &&
      one.command === what.command &&
      (what.by === undefined || one.by === what.by)
    return [{ text: `${serial} ${what.command}${what.by ? ` by ${what.by}` : ''}`, from, until, fits }]
  }
  return what.who.map((who) => ({
    text: `${who} ${what.purpose} ${what.what}`,
    from,
    until,
    fits: (one) =>
      one.is === 'rung' &&
      one.who === who &&
      one.what === what.what &&
      one.purpose === what.purpose &&
      one.origin === (what.origin ?? 'live') &&
      (what.of === undefined || subjects.isAbout(one.incidentId, what.of)),
  }))
}

function textOf(one: Received): string {
  if (one.is === 'sounded') return `${one.serial} ${one.command}${one.by ? ` by ${one.by}` : ''}`
  return `${one.who} ${one.purpose} ${one.what}${one.origin === 'live' ? '' : ` ${one.origin}`}`
}

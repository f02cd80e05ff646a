// The language of scenarios: plain data, made by small functions. What happens at which instant, who must receive what
// within which window; whatever anybody receives besides fails the scenario. Tests play it on the service in virtual
// time, `npm run simulate` plays the half of the devices at any broker, and docs/scenarios.md is printed from it.
import type { Finding, IncidentState, ResponderAct } from '#contract/acts.ts'
import type { LedgerPlace } from '#contract/community.ts'
import type { Danger, Evidence, GroupCause } from '#contract/incident.ts'
import type { CommandKind, ContactMode } from '#contract/messages.ts'
import type { OutcomeCode } from '#contract/outcomes.ts'
import type { DeviceKind, Edge, IncidentKind, Origin, RiskTier, Stage } from '#contract/primitives.ts'
import type { UpKind } from '#contract/topics.ts'
import type { Person, Resident } from './people.ts'

/** 'HH:MM' or 'HH:MM:SS' on the first day, '+1 07:59' a day later, or with a date; the wall clock of the community. */
export type When = string

/** `shared` belongs to nobody in particular, `outdoors` is no proof of being in; the others are no real devices. */
export type Mark = 'shared' | 'outdoors' | 'demo' | 'drill'
export type Source = { at: Resident; device: DeviceKind; mark?: Mark }

/** Which card an act is about; without it the only one that is open. */
export type About = { of?: Resident; kind?: IncidentKind }
export type What = `${IncidentKind} ${Stage}`

/** Whoever deals with the incident: what is done, and the refusal that it must meet, if any. */
export type Deed =
  | { does: ResponderAct; finding?: Finding }
  | { does: 'close'; outcome: OutcomeCode; note?: string }
  | { does: 'checkBack' }
  | { does: 'note'; text: string }
  | { does: 'acknowledgeFor' | 'assign'; person: Person }
  | { does: 'dialled'; number: string; answer: string }

export type Proxy = { seenOrSpoken: 'seen' | 'spoken'; place: string; via: 'phone' | 'visit' | 'proxy' }
export type Refusal =
  | 'not_allowed_now'
  | 'somebody_was_first'
  | 'bad_request'
  | 'not_found'
  | 'forbidden'
  | 'never_set_aside'

/** The desk keeps a device from ringing anybody for minutes, or until a review so many days after the first; or shows it again. */
export type SettingAside = {
  is: 'setsAside'
  who: Person
  from: Source
  how: { shelve: IncidentKind; minutes: number } | { takeOut: true; days: number } | { putBack: true }
  refused?: Refusal
}

type Samples = { from: Source; of: 'co' | 'gas'; everyMs: number; values: readonly number[] }
export type Happening =
  | { is: 'says'; from: Source; kind: UpKind; body: object | string; retain?: true; deviceTime?: When }
  | ({ is: 'curve' } & Samples)
  | ({ is: 'backlog' } & Samples)
  | { is: 'webPress'; resident: Resident; press: 'checkIn' | 'sos' }
  | { is: 'line'; from: Source; up: boolean }
  | { is: 'power'; building: string; on: boolean }
  | { is: 'server'; up: boolean }
  | { is: 'phone'; person: Person; awake: boolean }
  | { is: 'acts'; who: Person; deed: Deed; about?: About; refused?: Refusal }
  | { is: 'answersFor'; who: Person; residents: readonly Resident[]; proxy: Proxy; refused?: number }
  | { is: 'declares'; who: Person; resident: Resident; from: number; days: number; refused?: Refusal }
  | { is: 'endsAbsence'; who: Person; resident: Resident }
  | SettingAside

export type Rings = {
  is: 'rings'
  who: readonly Person[]
  what: What
  purpose: 'alarm' | 'inform'
  withinMs: number
  /** Again at this interval, `times` in all. */
  every?: { ms: number; times: number }
  of?: Resident
  origin?: Origin
}
/** As much of the evidence as is told. */
type ToldEvidence = Omit<Partial<Evidence>, 'lastSign'> & { lastSign?: { at?: number; what?: string } }
export type Card = {
  is: 'card'
  of: Resident
  what: What
  state: IncidentState
  acknowledgedBy?: Person | null
  outcome?: OutcomeCode
  origin?: Origin
  /** Every number that somebody has to dial, and who: '119 赵敏'. */
  calls?: readonly string[]
  /** Members that the evidence must have, among others. */
  evidence?: ToldEvidence
}
/** One card for one cause: who stands on it, in the order in which to ask. Its rows are no cards of their own. */
export type Group = {
  is: 'group'
  cause: GroupCause
  what: What
  state: IncidentState
  rows: readonly Resident[]
}
export type Place = { is: 'place'; resident: Resident; place: LedgerPlace }
export type Expectation =
  | Rings
  | {
      is: 'sounds'
      where: Source
      command: CommandKind
      /** How the device is told to reach them (safety 18). */
      by?: ContactMode
      withinMs: number
      every?: { ms: number; times: number }
    }
  | Card
  | Group
  | Place
  | { is: 'noCard' }
  /** How many are on the list of what is set aside. */
  | { is: 'aside'; shelved: number; outOfService: number }
  /** What no working detector of the home watches, as the map and the sheet say. */
  | { is: 'unprotected'; resident: Resident; dangers: readonly Danger[] }
  /** Whom the desk page calls flooded. */
  | { is: 'flood'; who: readonly Person[] }
  /** What the festival calendar of the desk page says is missing: '2027 daysOff'. */
  | { is: 'calendar'; missing: readonly string[] }
  | { is: 'refusedMessage'; from: Resident; reason: string }

export type Line = { at: When; what: Happening | Expectation }

/** How the world differs from the usual one before it begins. */
export type Given =
  /** On that day; since then they have pressed each morning. */
  | { is: 'enrolled'; resident: Resident; on: string }
  | { is: 'neverPressed'; resident: Resident }
  | { is: 'risk'; resident: Resident; tier: RiskTier }
  | { is: 'deaf'; resident: Resident }
  | { is: 'pact'; resident: Resident; edge: Edge; deadline: string; days: readonly number[] }
  | { is: 'away'; resident: Resident; fromOn: string; untilOn: string }
  | { is: 'asleep'; person: Person }
  | { is: 'onDuty'; person: Person }
  | { is: 'neverHeard'; resident: Resident }
  | { is: 'noNeighbour' }
  | { is: 'sendsAtOnce' }
  | { is: 'flat'; resident: Resident; label: string }

export type Scenario = {
  name: string
  zh: string
  en: string
  /** Numbers of safety.md that it shows. */
  safety: readonly number[]
  /** The first day; a Monday in March unless the day matters. */
  on?: string
  zone?: string
  begins: When
  until: When
  given: readonly Given[]
  story: readonly Line[]
  /** Every card that there ever was, as it is at the end; and where names stand in the morning's count. */
  ends: readonly (Card | Group | Place)[]
}

/** A rule of the community: nobody is asked first, the steward goes at the hour. For stories of what comes after that. */
export const sendsAtOnce: Given = { is: 'sendsAtOnce' }

/** When nothing else is said: a Monday in Shanghai. */
export const usualDay = '2026-03-02'
export const usualZone = 'Asia/Shanghai'
/** Whoever must hear it at once hears it within this (ms): a ring that is not confirmed is passed on after 5 s. */
const atOnceMs = 6000

export const scenario = (
  one: Omit<Scenario, 'given' | 'safety'> & Partial<Pick<Scenario, 'given' | 'safety'>>,
): Scenario => ({ given: [], safety: [], ...one })

export const at = (when: When, ...what: readonly Line['what'][]): Line[] =>
  what.map((one) => ({ at: when, what: one }))

// What devices say.
const from = (resident: Resident, device: DeviceKind, mark?: Mark): Source =>
  mark === undefined ? { at: resident, device } : { at: resident, device, mark }
type Extra = { retain?: true; deviceTime?: When; mark?: Mark; device?: DeviceKind }
const says = (source: Source, kind: UpKind, body: object | string = {}, extra: Extra = {}): Happening => ({
  is: 'says',
  from: source,
  kind,
  body,
  ...(extra.retain ? { retain: true } : {}),
  ...(extra.deviceTime === undefined ? {} : { deviceTime: extra.deviceTime }),
})

export const press = (who: Resident, extra: Extra & { id?: string; unreadable?: true } = {}): Happening => {
  const body = extra.unreadable ? '{"id":' : extra.id === undefined ? {} : { id: extra.id }
  return says(from(who, extra.device ?? 'button', extra.mark), 'checkin', body, extra)
}
export const opensCurtain = (who: Resident): Happening => says(from(who, 'curtain'), 'checkin')
export const motion = (who: Resident, extra: Extra = {}): Happening =>
  says(from(who, 'motion', extra.mark), 'activity', { kind: 'motion' }, extra)
export const sos = (
  who: Resident,
  { id, cancelled, unreadable, ...extra }: Extra & { id?: string; cancelled?: true; unreadable?: true } = {},
): Happening => {
  const body = { ...(id === undefined ? {} : { id }), ...(cancelled ? { cancelled } : {}) }
  return says(from(who, 'button', extra.mark), 'sos', unreadable ? 'help' : body, extra)
}
/** `sensor`: the element that the detector senses with. */
type Sample = Extra & { id?: string; flags?: Record<string, true>; sensor?: string }
const air = (
  who: Resident,
  kind: 'co' | 'gas',
  value: number,
  { id, flags, sensor, ...extra }: Sample,
): Happening => {
  const marks = { ...(id === undefined ? {} : { id }), ...(sensor === undefined ? {} : { sensor }) }
  const body = { values: [{ kind, value }], ...marks, ...(flags ? { flags } : {}) }
  return says(from(who, kind, extra.mark), 'readings', body, extra)
}
export const co = (who: Resident, ppm: number, more: Sample = {}): Happening => air(who, 'co', ppm, more)
export const gas = (who: Resident, lel: number, more: Sample = {}): Happening => air(who, 'gas', lel, more)
/** Samples one after the other from that instant on. */
export const curve = (
  who: Resident,
  of: 'co' | 'gas',
  { everyMs, values }: { everyMs: number; values: readonly number[] },
): Happening => ({ is: 'curve', from: from(who, of), of, everyMs, values })
/** What a sensor has kept, told all at once: the last sample is of this very instant. */
export const backlog = (
  who: Resident,
  of: 'co' | 'gas',
  { everyMs, values }: { everyMs: number; values: readonly number[] },
): Happening => ({ is: 'backlog', from: from(who, of), of, everyMs, values })
export const flag = (
  who: Resident,
  kind: 'co' | 'gas',
  more: { active?: boolean; test?: true; unreadable?: true } & Extra = {},
): Happening => {
  const body = { kind, active: more.active ?? true, ...(more.test ? { flags: { test: true } } : {}) }
  return says(from(who, kind, more.mark), 'alarm', more.unreadable ? 'ALARM' : body, more)
}
export const heartbeat = (who: Resident, device: DeviceKind, body: object = {}): Happening =>
  says(from(who, device), 'heartbeat', body)
export const pagePress = (resident: Resident): Happening => ({ is: 'webPress', resident, press: 'checkIn' })
export const pageSos = (resident: Resident): Happening => ({ is: 'webPress', resident, press: 'sos' })

// What becomes of devices, of the service and of phones.
export const unplug = (who: Resident, device: DeviceKind): Happening => ({
  is: 'line',
  from: from(who, device),
  up: false,
})
export const plugIn = (who: Resident, device: DeviceKind): Happening => ({
  is: 'line',
  from: from(who, device),
  up: true,
})
export const powerCut = (building: string): Happening => ({ is: 'power', building, on: false })
export const powerBack = (building: string): Happening => ({ is: 'power', building, on: true })
export const serverDown: Happening = { is: 'server', up: false }
export const serverUp: Happening = { is: 'server', up: true }
export const wakes = (person: Person): Happening => ({ is: 'phone', person, awake: true })
export const fallsAsleep = (person: Person): Happening => ({ is: 'phone', person, awake: false })

// What people do.
type Aimed = { about?: About; refused?: Refusal }
const acts = (who: Person, deed: Deed, { about, refused }: Aimed): Happening => ({
  is: 'acts',
  who,
  deed,
  ...(about ? { about } : {}),
  ...(refused ? { refused } : {}),
})
export const acknowledges = (who: Person, aimed: Aimed = {}) => acts(who, { does: 'acknowledge' }, aimed)
export const departs = (who: Person, aimed: Aimed = {}) => acts(who, { does: 'depart' }, aimed)
export const arrives = (who: Person, aimed: Aimed = {}) => acts(who, { does: 'arrive' }, aimed)
export const declines = (who: Person, aimed: Aimed = {}) => acts(who, { does: 'decline' }, aimed)
export const finds = (who: Person, finding: Finding, aimed: Aimed = {}) =>
  acts(who, { does: 'find', finding }, aimed)
export const closes = (
  who: Person,
  outcome: OutcomeCode,
  { note, ...aimed }: Aimed & { note?: string } = {},
) => acts(who, { does: 'close', outcome, ...(note === undefined ? {} : { note }) }, aimed)
export const checksBack = (who: Person, aimed: Aimed = {}) => acts(who, { does: 'checkBack' }, aimed)
export const notes = (who: Person, text: string, aimed: Aimed = {}) =>
  acts(who, { does: 'note', text }, aimed)
export const acknowledgesFor = (who: Person, person: Person, aimed: Aimed = {}) =>
  acts(who, { does: 'acknowledgeFor', person }, aimed)
export const assigns = (who: Person, person: Person, aimed: Aimed = {}) =>
  acts(who, { does: 'assign', person }, aimed)
export const dials = (who: Person, number: string, answer: string, aimed: Aimed = {}) =>
  acts(who, { does: 'dialled', number, answer }, aimed)
/** `refused`: how many of these answers the service must refuse. */
export const answersFor = (
  who: Person,
  residents: Resident | readonly Resident[],
  { refused, ...proxy }: Proxy & { refused?: number },
): Happening => ({
  is: 'answersFor',
  who,
  residents: typeof residents === 'string' ? [residents] : residents,
  proxy,
  ...(refused === undefined ? {} : { refused }),
})
/** `from` in days after the first day. */
export const declaresAway = (
  who: Person,
  resident: Resident,
  { from: first, days, refused }: { from: number; days: number; refused?: Refusal },
): Happening => ({ is: 'declares', who, resident, from: first, days, ...(refused ? { refused } : {}) })
export const endsAbsence = (who: Person, resident: Resident): Happening => ({
  is: 'endsAbsence',
  who,
  resident,
})

export const shelves = (
  who: Person,
  resident: Resident,
  device: DeviceKind,
  { of = 'device', minutes: count, refused }: { of?: IncidentKind; minutes: number; refused?: Refusal },
): SettingAside => ({
  is: 'setsAside',
  who,
  from: from(resident, device),
  how: { shelve: of, minutes: count },
  ...(refused ? { refused } : {}),
})
export const takesOut = (
  who: Person,
  resident: Resident,
  device: DeviceKind,
  { days, refused }: { days: number; refused?: Refusal },
): SettingAside => ({
  is: 'setsAside',
  who,
  from: from(resident, device),
  how: { takeOut: true, days },
  ...(refused ? { refused } : {}),
})
export const putsBack = (who: Person, resident: Resident, device: DeviceKind): SettingAside => ({
  is: 'setsAside',
  who,
  from: from(resident, device),
  how: { putBack: true },
})

// What must come of it.
type HowRung = { who: readonly Person[] } & Partial<Pick<Rings, 'withinMs' | 'every' | 'of' | 'origin'>>
export const rings = (what: What, { withinMs = atOnceMs, ...how }: HowRung): Rings => ({
  is: 'rings',
  what,
  purpose: 'alarm',
  withinMs,
  ...how,
})
/** They are told and nobody is sent: a chime, not an alarm. */
export const informs = (what: What, how: HowRung): Rings => ({ ...rings(what, how), purpose: 'inform' })
export const sounds = (
  resident: Resident,
  command: CommandKind,
  how: {
    device?: DeviceKind
    mark?: Mark
    by?: ContactMode
    every?: { ms: number; times: number }
  } = {},
): Expectation => ({
  is: 'sounds',
  where: from(resident, how.device ?? 'button', how.mark),
  command,
  ...(how.by ? { by: how.by } : {}),
  withinMs: atOnceMs,
  ...(how.every ? { every: how.every } : {}),
})
export const card = (
  of: Resident,
  what: What,
  more: Omit<Partial<Card>, 'is' | 'of' | 'what'> = {},
): Card => ({
  is: 'card',
  of,
  what,
  state: 'open',
  ...more,
})
export const group = (
  cause: GroupCause,
  what: What,
  rows: readonly Resident[],
  state: IncidentState = 'open',
): Group => ({ is: 'group', cause, what, state, rows })
export const place = (resident: Resident, where: LedgerPlace): Place => ({
  is: 'place',
  resident,
  place: where,
})
export const calendarMissing = (...missing: string[]): Expectation => ({ is: 'calendar', missing })
export const noCard: Expectation = { is: 'noCard' }
export const aside = (shelved: number, outOfService = 0): Expectation => ({
  is: 'aside',
  shelved,
  outOfService,
})
export const unprotected = (resident: Resident, ...dangers: readonly Danger[]): Expectation => ({
  is: 'unprotected',
  resident,
  dangers,
})
export const flooded = (...who: readonly Person[]): Expectation => ({ is: 'flood', who })
export const refusedMessage = (resident: Resident, reason: string): Expectation => ({
  is: 'refusedMessage',
  from: resident,
  reason,
})

export const seconds = (count: number): number => count * 1000
export const minutes = (count: number): number => count * 60_000

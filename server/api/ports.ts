// What the API needs of other stages. app.ts fills these in; the API knows no stage by name.
import type { Db, Tx } from '#db/database.ts'
import type { Health } from '#contract/account.ts'
import type { Ask, AskReply } from '#contract/ask.ts'
import type { Finding, IncidentState, ResponderAct } from '#contract/acts.ts'
import type { GroupCard } from '#contract/group.ts'
import type { IncidentCard, Job, TimelineEntry, Warning } from '#contract/incident.ts'
import type { OutcomeCode } from '#contract/outcomes.ts'
import type { CheckInVia } from '#contract/primitives.ts'
import type { RuleLayers } from '#contract/rule-layers.ts'
import type { Trial } from '#contract/rule-trial.ts'
import type { Refusal, RouteInput, RouteReply } from '#contract/routes.ts'

/** What an act on an incident came to. `by` is the name of whoever was first. */
export type ActResult = { ok: true } | { ok: false; code: Refusal['code']; by?: string | undefined }

/** Which cards: every member narrows further. Without `states`, those that are not closed. */
export type CardFilter = {
  communityId?: number
  homeIds?: readonly number[]
  incidentIds?: readonly number[]
  personId?: number
  states?: readonly IncidentState[]
}

/** `byId` is the person who acts; `now` is epoch ms. */
export type IncidentActs = {
  respond(act: {
    incidentId: number
    byId: number
    act: ResponderAct
    finding?: Finding | undefined
    reason?: string | undefined
    now: number
  }): Promise<ActResult>
  /** What neighbour or family say who were asked. */
  replyToAsk(act: {
    incidentId: number
    byId: number
    reply: AskReply
    text?: string | undefined
    now: number
  }): Promise<ActResult>
  acknowledgeFor(act: { incidentId: number; byId: number; personId: number; now: number }): Promise<ActResult>
  assign(act: { incidentId: number; byId: number; personId: number; now: number }): Promise<ActResult>
  note(act: { incidentId: number; byId: number; text: string; now: number }): Promise<ActResult>
  logCall(act: {
    incidentId: number
    byId: number
    to: string
    answered: boolean
    said?: string | undefined
    now: number
  }): Promise<ActResult>
  dialled(act: { callId: number; byId: number; answer: string; now: number }): Promise<ActResult>
  close(act: {
    incidentId: number
    byId: number
    outcome: OutcomeCode
    note?: string | undefined
    version?: number | undefined
    now: number
  }): Promise<ActResult>
  checkBack(act: {
    incidentId: number
    byId: number
    note?: string | undefined
    now: number
  }): Promise<ActResult>
  /** The desk works through the list of a group. */
  takeGroup(act: { incidentId: number; byId: number; now: number }): Promise<ActResult>
  /** Equipment rings nobody until then (epoch ms); a danger is refused. */
  shelve(act: {
    conditionId: number
    reason: string
    untilAt: number
    byId: number
    now: number
  }): Promise<ActResult>
  takeOut(act: {
    deviceId: number
    reason: string
    untilAt: number
    byId: number
    now: number
  }): Promise<ActResult>
  putBack(act: { conditionId: number; byId: number; now: number }): Promise<ActResult>
  /** Writes a 代报平安 on the timeline and the evidence of the resident's open missed check-in, if there is one. */
  noteProxy(tx: Tx, proxy: ProxyCheckIn): Promise<void>
}

export type ProxyCheckIn = {
  residentId: number
  byId: number
  checkInId: number
  via: CheckInVia
  seenOrSpoken: 'seen' | 'spoken'
  place: string
  now: number
}

export type IncidentViews = {
  /** Worst first. `db` is the database, or the transaction that the rest of a view is read in. */
  cards(db: Db, filter: CardFilter, now: number): Promise<IncidentCard[]>
  /** Open groups of a community, or these, whatever their state. */
  groups(db: Db, which: { communityId?: number; groupIds?: readonly number[] }): Promise<GroupCard[]>
  /** Oldest first. */
  timeline(incidentId: number): Promise<TimelineEntry[]>
  jobsOf(personId: number, now: number): Promise<{ jobs: Job[]; asks: Ask[] }>
  warningsOf(personId: number): Promise<Warning[]>
  /** Whether some channel of the people on duty, or paired, wakes a sleeping phone (safety 2). */
  canWake(communityId: number): Promise<boolean>
}

/** A resident's own page speaks through the same door as her button. `messageId` de-duplicates. */
/** The rules that a community has made its own, as versions (server/rules). */
export type RuleBookPort = {
  read(db: Db, communityId: number): Promise<{ version: number; layers: RuleLayers }>
  /** Newest first. */
  history(
    db: Db,
    communityId: number,
    max: number,
  ): Promise<{ version: number; note: string; createdAt: number; createdBy: string | null }[]>
  /** False where somebody else wrote that version first. */
  write(
    tx: Tx,
    book: {
      communityId: number
      version: number
      layers: RuleLayers
      note: string
      byId: number
      now: number
    },
  ): Promise<boolean>
}

/** Rules that nobody has saved yet, on the last month (server/replay). */
export type TryRulesPort = (trying: {
  communityId: number
  layers: RuleLayers
  now: number
}) => Promise<{ ok: true; trial: Trial } | { ok: false; why: 'underWay' | 'tooMuch' }>

/** A press on a resident's page: when it was made and when it came, epoch ms; `id` de-duplicates. */
export type WebPress = { id: string; pressedAt: number; now: number }

export type WebSigns = {
  checkIn(residentId: number, press: WebPress): Promise<void>
  sos(residentId: number, press: WebPress): Promise<void>
}

export type DemoPort = {
  status(): Promise<RouteReply<'demo'>> | RouteReply<'demo'>
  begin(how: { autoplay: boolean; again: boolean }): Promise<void> | void
  setAutoplay(autoplay: boolean): Promise<void> | void
  act(act: RouteInput<'testerAct'>['body']): Promise<void> | void
  scenario(scenario: RouteInput<'testerScenario'>['body']): Promise<void> | void
}

export type HealthPort = () => Promise<Health>
